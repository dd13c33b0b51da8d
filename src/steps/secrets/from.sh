# Takes off the line breaks of the values of variables.
INITFLOW_FROM=$(one_line "$INITFLOW_FROM")
INITFLOW_ADDRESS=$(one_line "${INITFLOW_ADDRESS:-}")
