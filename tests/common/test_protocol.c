/* PROTOCOL.md names every message and every field of messages.def, and the version. */
#include "tests/common/world.h"

#include <ctype.h>

#include "common/msg.h"
#include "common/msg_table.h"

static char *page;

static void setup(void)
{
    FILE *file = fopen("common/PROTOCOL.md", "r");
    struct buf text = {0};
    char line[4096];

    ck_assert_msg(file != NULL, "run it from the top of the tree");
    while (fgets(line, sizeof(line), file))
        buf_adds(&text, line);
    fclose(file);
    page = buf_take(&text);
}

static void teardown(void)
{
    free(page);
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* As a word of its own: `head` is not found in `header`. */
static const char *find_word(const char *text, const char *word, const char *end)
{
    size_t n = strlen(word);

    for (const char *at = strstr(text, word); at && at + n <= end; at = strstr(at + 1, word))
        if ((at == text || !is_word(at[-1])) && !is_word(at[n]))
            return at;
    return NULL;
}

/* Where the message is described: its own heading, or its name in bold. */
static const char *describe(const char *name)
{
    char *heading = mem_printf("\n### %s\n", name);
    char *bold = mem_printf("**%s**", name);
    const char *at = strstr(page, heading);

    at = at ? at : strstr(page, bold);
    free(heading);
    free(bold);
    return at;
}

START_TEST(every_message_and_field)
{
    struct msg_table table = msg_table((enum msg_type)_i);
    const char *at = describe(table.name);
    const char *end = NULL;

    ck_assert_msg(at != NULL, "%s is not described", table.name);
    /* Its fields stand near: before the next section, and within a page. */
    end = strstr(at, "\n## ");
    end = end && end < at + 4000 ? end : at + strnlen(at, 4000);
    for (size_t i = 0; i < table.count; i++)
        ck_assert_msg(find_word(at, table.fields[i].name, end), "%s.%s is not described",
                      table.name, table.fields[i].name);
}
END_TEST

START_TEST(the_version)
{
    char *version = mem_printf("Protocol version: **%d**", MSG_PROTOCOL);

    ck_assert_ptr_nonnull(strstr(page, version));
    free(version);
}
END_TEST

/* The settings it speaks of exist. */
START_TEST(settings_exist)
{
    static const char *const sections[] = {"link.",    "service.",  "broker.",  "storer.",
                                           "fetcher.", "embedder.", "deduper.", "reader."};
    struct config *config = config_create();

    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        char *quoted = mem_printf("`%s", sections[i]);

        for (const char *at = strstr(page, quoted); at; at = strstr(at + 1, quoted)) {
            size_t n = strcspn(at + 1, "`");
            char *assignment = mem_printf("%.*s=1000000000000000", (int)n, at + 1);
            struct buf error = {0};

            config_set(config, assignment, "page", &error);
            ck_assert_msg(strstr(assignment, "LINK") || !error.data ||
                              !strstr(error.data, "no such setting"),
                          "%s", assignment);
            buf_free(&error);
            free(assignment);
        }
        free(quoted);
    }
    config_destroy(&config);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("protocol");
    TCase *all = tcase_create("protocol");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, every_message_and_field, 0, MSG_TYPES);
    tcase_add_test(all, the_version);
    tcase_add_test(all, settings_exist);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
