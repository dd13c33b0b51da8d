adjust() { :; }
