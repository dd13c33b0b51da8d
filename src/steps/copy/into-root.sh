into=$INITFLOW_VOLUME/${name##*/}
