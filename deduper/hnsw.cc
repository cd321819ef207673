/* A shim of C around hnswlib, and the only place that knows it.  One thread calls it.  Nothing is
 * thrown out of here: what hnswlib throws is a lack of memory, or a graph that can no longer be
 * trusted, and ends the process as mem_alloc () does; the supervisor starts it again. */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <vector>

/* The distance is ours, and the prefetches that this leaves out look one link past the end of a
 * list (0.6.2). */
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

extern "C" {
#include "common/vec.h"
#include "deduper/engine.h"
#include "deduper/hnsw.h"
}

namespace
{

/* What its authors name as good for most data, and what the figures of tests/bench are for. */
constexpr size_t LINKS = 16, EF_CONSTRUCTION = 200, EF_SEARCH = 128, FIRST_ROOM = 1024;

/* A vector as the graph keeps it: its length, then its components. */
constexpr size_t VECTOR = sizeof(float);

float norm_of(const void *data)
{
    float norm;
    std::memcpy(&norm, data, sizeof norm);
    return norm;
}

const int8_t *components(const void *data)
{
    return static_cast<const int8_t *>(data) + VECTOR;
}

float distance(const void *a, const void *b, const void *dims)
{
    return 1 - vec_cosine(components(a), norm_of(a), components(b), norm_of(b),
                          *static_cast<const size_t *>(dims));
}

class cosine_space : public hnswlib::SpaceInterface<float>
{
  public:
    explicit cosine_space(size_t dims) : dims_(dims)
    {
    }
    size_t get_data_size() override
    {
        return VECTOR + dims_;
    }
    hnswlib::DISTFUNC<float> get_dist_func() override
    {
        return distance;
    }
    void *get_dist_func_param() override
    {
        return &dims_;
    }

  private:
    size_t dims_;
};

struct mark {
    uint64_t id;
    int64_t time_ms;
    hnswlib::tableint place; /* in the graph, for good */
    bool filled, placed;
};

struct graph {
    size_t dims, capacity;
    cosine_space space;
    hnswlib::HierarchicalNSW<float> nodes; /* labelled by slot */
    std::vector<mark> marks;
    std::vector<char> data; /* of the vector that goes in or is searched for */
    std::vector<engine_hit> found;

    graph(size_t n, size_t most)
        : dims(n), capacity(most), space(n),
          nodes(&space, std::min(most, FIRST_ROOM), LINKS, EF_CONSTRUCTION), data(VECTOR + n)
    {
    }
};

struct hnsw {
    struct engine engine; /* first, so that an engine is a hnsw */
    graph *inner;
};

graph &graph_of(const struct engine *engine)
{
    return *reinterpret_cast<const hnsw *>(engine)->inner;
}

[[noreturn]] void give_up(const char *why)
{
    std::fprintf(stderr, "<2>hnsw-failed why=\"%s\"\n", why);
    std::abort();
}

template <typename action> auto guarded(action act) noexcept -> decltype(act())
{
    try {
        return act();
    } catch (const std::exception &error) {
        give_up(error.what());
    } catch (...) {
        give_up("unknown");
    }
}

void set_data(graph &g, const int8_t *vector, float norm)
{
    std::memcpy(g.data.data(), &norm, sizeof norm);
    std::memcpy(g.data.data() + VECTOR, vector, g.dims);
}

void make_room(graph &g, uint32_t slot)
{
    if (slot >= g.marks.size())
        g.marks.resize(slot + 1);
    if (!g.marks[slot].placed && g.nodes.cur_element_count == g.nodes.max_elements_)
        g.nodes.resizeIndex(std::min(g.capacity, 2 * g.nodes.max_elements_));
}

/* A slot keeps its place: a new vector there gets new links, in both directions. */
void put(graph &g, uint32_t slot, uint64_t id, int64_t time_ms, const int8_t *vector, float norm)
{
    make_room(g, slot);
    mark &m = g.marks[slot];
    if (!m.placed)
        m.place = static_cast<hnswlib::tableint>(g.nodes.cur_element_count);
    set_data(g, vector, norm);
    g.nodes.addPoint(g.data.data(), slot);
    m.id = id;
    m.time_ms = time_ms;
    m.filled = m.placed = true;
}

void drop(graph &g, uint32_t slot)
{
    if (slot >= g.marks.size() || !g.marks[slot].filled)
        return;
    g.nodes.markDelete(slot);
    g.marks[slot].filled = false;
}

const int8_t *vector_of(graph &g, uint32_t slot)
{
    return components(g.nodes.getDataByInternalId(g.marks[slot].place));
}

bool wanted(graph &g, uint32_t slot, const struct engine_query &q)
{
    const mark &m = g.marks[slot];
    return m.filled && m.id != q.except && m.time_ms >= q.from_ms && m.time_ms <= q.to_ms &&
           static_cast<uint64_t>(vec_apart(q.vector, vector_of(g, slot), g.dims)) * 1000 <=
               static_cast<uint64_t>(q.apart_max) * g.dims;
}

size_t search(graph &g, const struct engine_query &q, size_t k, struct engine_hit *hits)
{
    size_t effort = std::max(k, EF_SEARCH);
    set_data(g, q.vector, q.norm);
    g.nodes.setEf(effort);
    g.found.clear();
    for (auto near = g.nodes.searchKnn(g.data.data(), effort); !near.empty(); near.pop()) {
        auto slot = static_cast<uint32_t>(near.top().second);
        if (wanted(g, slot, q))
            g.found.push_back({slot, g.marks[slot].id, 1 - near.top().first});
    }
    for (auto &hit : g.found) { /* exactly: 1 - (1 - x) is not x */
        const void *data = g.nodes.getDataByInternalId(g.marks[hit.slot].place);
        hit.cosine = vec_cosine(q.vector, q.norm, components(data), norm_of(data), g.dims);
    }
    return engine_take(&q, g.found.data(), g.found.size(), hits, 0, k);
}

/* The upper layers by their average; hnswlib's own books by their main parts. */
size_t bytes_of(const graph &g)
{
    const auto &n = g.nodes;
    size_t room = n.size_data_per_element_ + sizeof(char *) + sizeof(int) + sizeof(std::mutex) +
                  sizeof(hnswlib::vl_type);
    size_t placed = n.size_links_per_element_ / (LINKS - 1) + 4 * sizeof(size_t);
    return sizeof g + n.max_elements_ * room + n.cur_element_count * placed +
           g.marks.capacity() * sizeof(mark);
}

/* --- what C sees ------------------------------------------------------------------------------ */

extern "C" {

static void hnsw_put(struct engine *engine, uint32_t slot, uint64_t id, int64_t time_ms,
                     const int8_t *vector, float norm)
{
    guarded([&] { put(graph_of(engine), slot, id, time_ms, vector, norm); });
}

static void hnsw_drop(struct engine *engine, uint32_t slot)
{
    guarded([&] { drop(graph_of(engine), slot); });
}

static const int8_t *hnsw_vector(const struct engine *engine, uint32_t slot)
{
    return guarded([&] { return vector_of(graph_of(engine), slot); });
}

static size_t hnsw_search(struct engine *engine, const struct engine_query *query, size_t k,
                          struct engine_hit *hits)
{
    return guarded([&] { return search(graph_of(engine), *query, k, hits); });
}

static size_t hnsw_bytes(const struct engine *engine)
{
    return guarded([&] { return bytes_of(graph_of(engine)); });
}

static void hnsw_destroy(struct engine *engine)
{
    auto *self = reinterpret_cast<hnsw *>(engine);
    if (self)
        delete self->inner;
    delete self;
}
}

} // namespace

extern "C" struct engine *hnsw_create(uint32_t dims, size_t capacity)
{
    return guarded([&] {
        auto *self = new hnsw{
            {hnsw_destroy, hnsw_put, hnsw_drop, hnsw_vector, hnsw_search, hnsw_bytes}, nullptr};
        self->inner = new graph(dims, capacity);
        return &self->engine;
    });
}
