#include "storer/haste.h"

enum { ROOM_FIRST = 8, ROOM_MOST = 4096, FAILED_MOST = 1024 };

void haste_begin(struct haste *haste)
{
    haste->lacking = haste->again = false;
    map64_free(&haste->failed);
    if (haste->room < ROOM_FIRST)
        haste->room = ROOM_FIRST;
}

void haste_end(struct haste *haste)
{
    if (haste->room > 0)
        haste->again = haste->good && haste->failed.count > 0;
    haste->room = 0;
    haste->good = false;
    map64_free(&haste->failed);
}

void haste_lacked(struct haste *haste)
{
    haste->lacking = true;
}

bool haste_supplied(struct haste *haste)
{
    if (!haste->lacking)
        return false;
    haste_begin(haste);
    return true;
}

void haste_answered(struct haste *haste, uint64_t item, bool vector)
{
    if (haste->room == 0 || item == 0)
        return;
    if (vector) {
        haste->good = true;
        haste->room += haste->room < ROOM_MOST;
        return;
    }
    map64_put(&haste->failed, item, haste); /* any pointer */
    if (haste->room == 1 || haste->failed.count >= FAILED_MOST)
        haste_end(haste);
    else
        haste->room--;
}

bool haste_spares(const struct haste *haste, uint64_t item)
{
    return map64_get(&haste->failed, item) != NULL;
}
