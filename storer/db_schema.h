/* The store's schema, version by version. */
#ifndef WEIR_STORER_DB_SCHEMA_H
#define WEIR_STORER_DB_SCHEMA_H

/* The text that brings a store from version - 1 to version; 1 <= version <= db_schema_newest (). */
const char *db_schema(int version);
int db_schema_newest(void);

#endif
