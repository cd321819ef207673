/* What is said to a model server and what it answers, in the two dialects that matter.  Pure.
 *
 * Ollama (docs/api.md, "Generate Embeddings"): POST /api/embed {"model", "input": [TEXT ...]} gives
 * {"embeddings": [[NUMBER ...] ...]}; GET /api/tags gives {"models": [{"name"} ...]}.
 * OpenAI (API reference, "Create embeddings"; llama.cpp, vLLM and TEI speak it too): POST
 * /v1/embeddings with the same members gives {"data": [{"index", "embedding": [NUMBER ...]} ...]}.
 */
#ifndef WEIR_EMBEDDER_EMBEDDINGS_H
#define WEIR_EMBEDDER_EMBEDDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

enum dialect { DIALECT_NONE, DIALECT_OLLAMA, DIALECT_OPENAI };

enum { EMBEDDINGS_MOST = 100 }; /* texts of one request; many servers refuse more */

/* The dialect of a name ("ollama", "openai"); DIALECT_NONE of any other. */
enum dialect dialect_of(const char *name);
const char *dialect_name(enum dialect dialect);
/* The address to ask for vectors, made of the server's: "" is the usual one of Ollama.  NULL where
 * it cannot be used, with words that end a sentence about it.  Caller owns the text. */
char *dialect_url(enum dialect dialect, const char *base, const char **why);
/* The address that tells whether the server is there; NULL where the dialect has none. */
char *dialect_probe_url(enum dialect dialect, const char *base);

/* Why an address of a server cannot be used: words that end a sentence; NULL: it can. */
const char *embeddings_refuse_url(struct span base);
/* Appends a text as a JSON string. A byte that is no UTF-8 goes as U+FFFD. */
void embeddings_add_text(struct buf *out, struct span text);

/* Appends the body of a request.  A byte of a text that is no UTF-8 goes as U+FFFD. */
void embeddings_ask(struct buf *out, const char *model, const struct span *texts, size_t count);

/* count vectors of dims numbers each, one after another in the order of the texts.  Start with {0}.
 */
struct embeddings {
    float *values;
    size_t count;
    size_t dims;
    size_t capacity;
};

/* Reads an answer to `count` texts.  NULL, or what is wrong with it, a constant, and *out is
 * undefined then, but its memory may be used again.  A vector has 1 to TRAITS_DIMS_MAX numbers,
 * all have as many, each is finite as a float. */
const char *embeddings_read(enum dialect dialect, struct span body, size_t count,
                            struct embeddings *out);
void embeddings_free(struct embeddings *embeddings);

/* Reads an answer of /api/tags.  NULL where it has the model (":latest" may be left out), else what
 * is wrong, a constant. */
const char *embeddings_read_tags(struct span body, const char *model);

/* What a server says went wrong: of {"error": TEXT} or {"error": {"message": TEXT}} or
 * {"message": TEXT} or {"detail": TEXT}, clipped; "" where it says nothing.  Caller owns the text.
 */
char *embeddings_read_error(struct span body);

#endif
