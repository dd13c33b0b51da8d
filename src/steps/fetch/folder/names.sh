names() { content | run tar -tf -; }
