/* A shim of C around hnswlib, and the only place that knows it.  One thread calls it.  Nothing is
 * thrown out of here: what hnswlib throws is a lack of memory, or a graph that can no longer be
 * trusted, and ends the process as mem_alloc () does; the supervisor starts it again. */
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
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
constexpr size_t LINKS = 16, EF_CONSTRUCTION = 200, EF_SEARCH = 128;
constexpr size_t FIRST_ROOM = 1024;
/* A generation takes half of the capacity; one in SPARSE alive is too few to keep it for.  Entries
 * of the one that is given up move by MOVES a put: the three older ones hold at most twice what
 * fits into the youngest, so the smallest of them is empty before a fifth were needed. */
constexpr size_t GENERATIONS = 4, SPARSE = 8, MOVES = 2;

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

float cosine(const void *a, const void *b, size_t dims)
{
    return vec_cosine(components(a), norm_of(a), components(b), norm_of(b), dims);
}

float distance(const void *a, const void *b, const void *dims)
{
    return 1 - cosine(a, b, *static_cast<const size_t *>(dims));
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

/* A graph to which entries are added, and from which none is taken: what was dropped is passed over
 * in its results, and the whole goes when nothing in it is alive.  Nodes are labelled by number. */
struct generation {
    hnswlib::HierarchicalNSW<float> nodes;
    std::vector<uint32_t> slots; /* of each node */
    size_t alive = 0;
    size_t moved = 0; /* nodes looked at since it was given up */

    generation(cosine_space &space, size_t room) : nodes(&space, room, LINKS, EF_CONSTRUCTION)
    {
    }
    const void *data(size_t node) const
    {
        return nodes.getDataByInternalId(static_cast<hnswlib::tableint>(node));
    }
};

struct mark {
    uint64_t id;
    int64_t time_ms;
    generation *home; /* NULL: the slot is free */
    size_t node;
};

struct forest {
    size_t dims, most; /* nodes of a generation */
    cosine_space space;
    std::vector<std::unique_ptr<generation>> generations; /* the youngest is the last */
    std::vector<mark> marks;
    std::vector<char> data; /* of the vector that goes in or is searched for */
    std::vector<engine_hit> found;

    forest(size_t n, size_t capacity)
        : dims(n), most(std::max(capacity / 2, size_t{1})), space(n), data(VECTOR + n)
    {
    }
};

/* --- entries ---------------------------------------------------------------------------------- */

generation &youngest_with_room(forest &f)
{
    if (f.generations.empty() || f.generations.back()->slots.size() == f.most)
        f.generations.push_back(
            std::make_unique<generation>(f.space, std::min(f.most, FIRST_ROOM)));
    generation &g = *f.generations.back();
    if (g.slots.size() == g.nodes.max_elements_)
        g.nodes.resizeIndex(std::min(f.most, 2 * g.nodes.max_elements_));
    return g;
}

void place(forest &f, uint32_t slot, const void *data)
{
    generation &g = youngest_with_room(f);
    g.nodes.addPoint(data, g.slots.size());
    f.marks[slot].home = &g;
    f.marks[slot].node = g.slots.size();
    g.slots.push_back(slot);
    g.alive++;
}

void forget(forest &f, const generation *gone)
{
    auto is_it = [gone](const auto &g) { return g.get() == gone; };
    f.generations.erase(std::find_if(f.generations.begin(), f.generations.end(), is_it));
}

void take_out(forest &f, uint32_t slot)
{
    generation *home = f.marks[slot].home;
    f.marks[slot].home = nullptr;
    if (--home->alive == 0)
        forget(f, home);
}

/* An older generation that is to be given up, or NULL. */
generation *given_up(const forest &f)
{
    generation *least = nullptr;
    for (size_t i = 0; i + 1 < f.generations.size(); i++)
        if (!least || f.generations[i]->alive < least->alive)
            least = f.generations[i].get();
    bool needed = f.generations.size() >= GENERATIONS;
    return least && (needed || least->alive * SPARSE < least->slots.size()) ? least : nullptr;
}

/* Moves one entry to the youngest generation. */
void move_one(forest &f, generation &from)
{
    for (; from.moved < from.slots.size(); from.moved++) {
        uint32_t slot = from.slots[from.moved];
        if (f.marks[slot].home != &from || f.marks[slot].node != from.moved)
            continue;
        std::memcpy(f.data.data(), from.data(from.moved), VECTOR + f.dims);
        take_out(f, slot); /* may be the end of it */
        place(f, slot, f.data.data());
        return;
    }
}

void set_data(forest &f, const int8_t *vector, float norm)
{
    std::memcpy(f.data.data(), &norm, sizeof norm);
    std::memcpy(f.data.data() + VECTOR, vector, f.dims);
}

void drop(forest &f, uint32_t slot)
{
    if (slot < f.marks.size() && f.marks[slot].home)
        take_out(f, slot);
}

void put(forest &f, uint32_t slot, uint64_t id, int64_t time_ms, const int8_t *vector, float norm)
{
    if (slot >= f.marks.size())
        f.marks.resize(slot + size_t{1});
    drop(f, slot);
    f.marks[slot].id = id;
    f.marks[slot].time_ms = time_ms;
    set_data(f, vector, norm);
    place(f, slot, f.data.data());
    for (size_t i = 0; i < MOVES; i++)
        if (generation *from = given_up(f))
            move_one(f, *from);
}

const int8_t *vector_of(const forest &f, uint32_t slot)
{
    return components(f.marks[slot].home->data(f.marks[slot].node));
}

/* --- searching -------------------------------------------------------------------------------- */

bool wanted(const forest &f, const mark &m, const void *data, const struct engine_query &q)
{
    return m.id != q.except && m.time_ms >= q.from_ms && m.time_ms <= q.to_ms &&
           uint64_t{vec_apart(q.vector, components(data), f.dims)} * 1000 <=
               uint64_t{q.apart_max} * f.dims;
}

void search_in(forest &f, generation &g, const struct engine_query &q, size_t effort)
{
    g.nodes.setEf(effort);
    for (auto near = g.nodes.searchKnn(f.data.data(), effort); !near.empty(); near.pop()) {
        size_t node = near.top().second;
        const mark &m = f.marks[g.slots[node]];
        const void *data = g.data(node);
        if (m.home == &g && m.node == node && wanted(f, m, data, q))
            f.found.push_back({g.slots[node], m.id, cosine(f.data.data(), data, f.dims)});
    }
}

size_t search(forest &f, const struct engine_query &q, size_t k, struct engine_hit *hits)
{
    set_data(f, q.vector, q.norm);
    f.found.clear();
    for (const auto &g : f.generations)
        search_in(f, *g, q, std::max(k, EF_SEARCH));
    return engine_take(&q, f.found.data(), f.found.size(), hits, 0, k);
}

/* The upper layers by their average; hnswlib's own books by their main parts. */
size_t bytes_of(const generation &g)
{
    const auto &n = g.nodes;
    size_t room = n.size_data_per_element_ + sizeof(char *) + sizeof(int) + sizeof(std::mutex) +
                  sizeof(hnswlib::vl_type);
    size_t node = n.size_links_per_element_ / (LINKS - 1) + 4 * sizeof(size_t);
    return sizeof g + n.max_elements_ * room + g.slots.size() * node +
           g.slots.capacity() * sizeof g.slots[0] +
           g.nodes.link_list_update_locks_.size() * sizeof(std::mutex);
}

size_t bytes_of(const forest &f)
{
    size_t bytes = sizeof f + f.marks.capacity() * sizeof(mark);
    for (const auto &g : f.generations)
        bytes += bytes_of(*g);
    return bytes;
}

/* --- what C sees ------------------------------------------------------------------------------ */

struct hnsw {
    struct engine engine; /* first, so that an engine is a hnsw */
    forest *inner;
};

forest &forest_of(const struct engine *engine)
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

extern "C" {

static void hnsw_put(struct engine *engine, uint32_t slot, uint64_t id, int64_t time_ms,
                     const int8_t *vector, float norm)
{
    guarded([&] { put(forest_of(engine), slot, id, time_ms, vector, norm); });
}

static void hnsw_drop(struct engine *engine, uint32_t slot)
{
    guarded([&] { drop(forest_of(engine), slot); });
}

static const int8_t *hnsw_vector(const struct engine *engine, uint32_t slot)
{
    return guarded([&] { return vector_of(forest_of(engine), slot); });
}

static void hnsw_search(struct engine *engine, const struct engine_query *queries, size_t n,
                        size_t k, struct engine_hit *hits, size_t *counts)
{
    guarded([&] {
        for (size_t i = 0; i < n; i++)
            counts[i] = search(forest_of(engine), queries[i], k, hits + i * k);
    });
}

static size_t hnsw_bytes(const struct engine *engine)
{
    return guarded([&] { return bytes_of(forest_of(engine)); });
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
        self->inner = new forest(dims, capacity);
        return &self->engine;
    });
}
