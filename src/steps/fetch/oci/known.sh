name=$INITFLOW_FROM artifact=${INITFLOW_FROM#oci://}
