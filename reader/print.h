/* How things look: columns, times, sizes, colour.  All but the terminal's own facts is pure. */
#ifndef WEIR_READER_PRINT_H
#define WEIR_READER_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

enum print_style { PRINT_PLAIN, PRINT_BOLD, PRINT_DIM, PRINT_RED, PRINT_GREEN, PRINT_YELLOW };

/* Reads what standard output is: a terminal or not, its width, NO_COLOR, and the locale for times.
 * Call once. */
void print_start(void);
bool print_terminal(void);
/* Colour from now on, or none, whatever standard output is. */
void print_colour(bool use);
/* Columns of the terminal; 0 = unlimited. */
int print_width(void);
/* Appends text in a style, where colour is used. */
void print_styled(struct buf *out, enum print_style style, const char *text);

/* The columns a text takes on a terminal: none for combining characters, two for wide ones. */
int print_columns(struct span text);
/* Appends text in exactly width columns: cut with an ellipsis, or filled with spaces; control
 * characters become spaces.  right: filled on the left. */
void print_cell(struct buf *out, const char *text, int width, bool right);
/* The same in a style, filled on the right. */
void print_styled_cell(struct buf *out, enum print_style style, const char *text, int width);
/* Appends text, cut to at most width columns (0 = whole), without filling. */
void print_cut(struct buf *out, const char *text, int width);

/* Appends "2026-11-21 11:45" in local time where local, else "2026-11-21T11:45:03Z"; "-" for 0. */
void print_time(struct buf *out, int64_t utc_ms, bool local);
/* Appends "250 ms", "12 s", "5 min", "3 h", "12 d". */
void print_span(struct buf *out, int64_t ms);
/* Appends "512 B", "1.5 KiB", "20 MiB". */
void print_bytes(struct buf *out, int64_t bytes);
/* "90s", "30m", "6h", "2d", "1w" in milliseconds; -1 where the text is none. */
int64_t print_parse_span(const char *text);

/* Whether a member of this name is a point in time, not a duration or something else. */
bool print_is_time(const char *key);
/* Adds to every object inside value, beside each UTC time `X_ms`, its ISO 8601 form `X`. */
void print_add_iso(json_t *value);
/* Prints a value as JSON: a list with one element a line, so that tools for lines can read it. */
void print_json(json_t *value);
/* Writes the buffer to standard output, in a pager where one is to be used, and empties it.  What
 * is no style of print_styled and no text (width_add_safe) does not get there. */
void print_out(struct buf *out);
/* The same of JSON, in which such characters are escaped. */
void print_out_json(struct buf *out);

/* Pieces of a value; 0, "" where there is none. */
int64_t print_int(const json_t *object, const char *key);
const char *print_text(const json_t *object, const char *key);

#endif
