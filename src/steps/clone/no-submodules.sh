submodules=no
modules() { :; }
