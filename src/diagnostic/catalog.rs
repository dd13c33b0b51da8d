//! Every diagnostic's name with its documentation.
