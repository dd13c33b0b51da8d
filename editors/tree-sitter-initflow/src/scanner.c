// Recognizes the end of a statement: before a line's end, a `;`, a `}` or a comment, and at the end of the file.
#include "tree_sitter/parser.h"

enum { END, ERROR_RECOVERY };

void *tree_sitter_initflow_external_scanner_create(void) { return NULL; }
void tree_sitter_initflow_external_scanner_destroy(void *state) { (void)state; }
unsigned tree_sitter_initflow_external_scanner_serialize(void *state, char *buffer) {
  (void)state, (void)buffer;
  return 0;
}
void tree_sitter_initflow_external_scanner_deserialize(void *state, const char *buffer, unsigned length) {
  (void)state, (void)buffer, (void)length;
}

bool tree_sitter_initflow_external_scanner_scan(void *state, TSLexer *lexer, const bool *valid) {
  (void)state;
  if (!valid[END] || valid[ERROR_RECOVERY]) return false;
  lexer->mark_end(lexer);
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t') lexer->advance(lexer, true);
  lexer->result_symbol = END;
  return lexer->eof(lexer) || lexer->lookahead == '\n' || lexer->lookahead == '\r' || lexer->lookahead == ';' ||
         lexer->lookahead == '}' || lexer->lookahead == '#';
}
