/* hnswlib by itself, not by way of deduper/hnsw.cc: floats of unit length and their inner product.
 */
#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <cpuid.h>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <immintrin.h>
#include <iostream>
#include <list>
#include <mutex>
#include <queue>
#include <random>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>
#include <x86intrin.h>

/* Its header defines functions that are not inline, and deduper/hnsw.cc has them too. */
namespace bench
{
#include <hnswlib/hnswlib.h>
}

extern "C" {
#include "common/traits.h"
#include "tests/bench/index_sides.h"
}

namespace
{

constexpr size_t M = 16, EF_CONSTRUCTION = 200, EF_LESS = 64, EF_MORE = 128, DIMS = 512;

struct reference {
    bench::hnswlib::InnerProductSpace space{DIMS};
    bench::hnswlib::HierarchicalNSW<float> graph;
    std::vector<float> waiting; /* until ready () */
    unsigned threads;
    bool is_ready = false;

    reference(size_t capacity, unsigned n) : graph(&space, capacity, M, EF_CONSTRUCTION), threads(n)
    {
    }
};

void unit(const struct traits *t, float *out)
{
    for (size_t i = 0; i < DIMS; i++)
        out[i] = t->norm > 0 ? static_cast<float>(t->vector[i]) / t->norm : 0;
}

void add(void *self, uint64_t id, const struct traits *t)
{
    auto *r = static_cast<reference *>(self);
    float vector[DIMS];
    unit(t, vector);
    if (r->is_ready)
        r->graph.addPoint(vector, id);
    else
        r->waiting.insert(r->waiting.end(), vector, vector + DIMS);
}

void ready(void *self)
{
    auto *r = static_cast<reference *>(self);
    std::vector<std::thread> threads;
    std::atomic<size_t> next{0};
    size_t count = r->waiting.size() / DIMS;
    for (unsigned i = 0; i < r->threads; i++)
        threads.emplace_back([&] {
            for (size_t at; (at = next++) < count;)
                r->graph.addPoint(&r->waiting[at * DIMS], at + 1);
        });
    for (auto &thread : threads)
        thread.join();
    r->waiting = {};
    r->is_ready = true;
}

size_t find_with(reference *r, const struct traits *t, size_t ef, uint64_t *ids)
{
    float vector[DIMS];
    unit(t, vector);
    r->graph.setEf(ef);
    auto found = r->graph.searchKnn(vector, SIDE_BEST);
    size_t n = found.size();
    for (size_t i = n; i-- > 0; found.pop())
        ids[i] = found.top().second;
    return n;
}

size_t find(void *self, const struct traits *t, uint64_t *ids)
{
    return find_with(static_cast<reference *>(self), t, EF_LESS, ids);
}

size_t find_more(void *self, const struct traits *t, uint64_t *ids)
{
    return find_with(static_cast<reference *>(self), t, EF_MORE, ids);
}

/* What its constructor and each entry allocate; of the upper layers, the average. */
size_t bytes(const void *self)
{
    const auto *r = static_cast<const reference *>(self);
    size_t upper = r->graph.size_links_per_element_ / (M - 1) + sizeof(char *) + sizeof(int);
    return r->graph.cur_element_count *
           (r->graph.size_data_per_element_ + upper + sizeof(std::mutex));
}

void destroy(void *self)
{
    delete static_cast<reference *>(self);
}

} // namespace

extern "C" struct side side_hnswlib(size_t capacity, size_t limit, unsigned threads)
{
    return {"hnswlib", new reference(capacity, threads),
            limit,     add,
            ready,     find,
            find_more, bytes,
            destroy,   nullptr};
}
