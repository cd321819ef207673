/* The one-shot commands of weir-embedder: no broker.  Vectors are made by the back end of the
 * settings.  Results go to standard output as JSON, one object a line; complaints to standard
 * error.
 */
#ifndef WEIR_EMBEDDER_EMBED_CLI_H
#define WEIR_EMBEDDER_EMBED_CLI_H

struct config;

/* --embed FILE: the first line is the title, the rest the text; "-" is standard input.  Prints
 *   {"model", "dims", "norm", "vector": [int8 ...], "words", "signature": [...] or null,
 *    "title_key": hex or null, "figures": [...]}
 * Returns 0; 69 (EX_UNAVAILABLE) where the model server gives no vector; 74 (EX_IOERR) where the
 * file cannot be read or the result not be written; 78 (EX_CONFIG) where the settings are wrong. */
int embed_cli(const char *path, const struct config *config);

/* --compare FILE: one JSON object a line, {"a": ITEM, "b": ITEM}, where ITEM is a text or
 * {"id", "title", "text" or "content_text", "url"}, all optional.  Prints for each line
 *   {"a": id or line number, "b": the same, "score": cosine, "overlap": share of equal signature
 * values or null, "same_url", "same_title", "common_figures", "figures": [of a, of b]} Returns 0,
 * 65 (EX_DATAERR) where a line was not understood (named, the others are compared), 69 (what could
 * be compared before was printed), 74, 78. */
int compare_cli(const char *path, const struct config *config);

#endif
