/* The API key of a model server, out of a file that nobody else should read. */
#ifndef WEIR_EMBEDDER_KEY_FILE_H
#define WEIR_EMBEDDER_KEY_FILE_H

/* The first line of the file, without blanks around it; caller owns it and ends it with mem_forget.
 * NULL with a logged line that never quotes it: no such file, nothing in it, or what cannot stand
 * in a header.  A file that others may read is warned of, and used. */
char *key_file_read(const char *path);
/* Overwrites each place of words that quotes the key, or begins to where words were clipped. */
void key_file_hide(const char *key, char *words);

#endif
