#include "embedder/model.h"

#include "common/mem.h"
#include "common/vec.h"
#include "embedder/features.h"
#include "embedder/model_df.h"
#include "embedder/model_project.h"
#include "embedder/signature.h"
#include "embedder/terms.h"
#include "embedder/tokens.h"
#include "embedder/traits.h"

#include <stdlib.h>

struct model {
    uint8_t *df;
    struct features *features;
    struct tokens title, text;
};

struct model *model_create(void)
{
    struct model *model = mem_calloc(1, sizeof *model);
    struct df df = {0};

    model->df = model_df_load(&df.texts);
    df.log = model->df;
    model->features = features_create(df);
    return model;
}

void model_destroy(struct model **model)
{
    if (!*model)
        return;
    features_destroy(&(*model)->features);
    tokens_free(&(*model)->title);
    tokens_free(&(*model)->text);
    free((*model)->df);
    free(*model);
    *model = NULL;
}

const char *model_name(const struct model *model)
{
    (void)model;
    return "builtin-512-v1";
}

static void embed(struct model *model, struct traits_buf *out)
{
    int32_t sums[MODEL_DIMS] = {0};
    float vector[MODEL_DIMS];
    uint32_t count = 0;

    features_collect(model->features, &model->title, &model->text);
    const struct feature *list = features_list(model->features, &count);
    project(list, count, sums);
    for (size_t i = 0; i < MODEL_DIMS; i++)
        vector[i] = (float)sums[i];
    traits_set_vector(out, vector, MODEL_DIMS);
}

static void pick_terms(struct model *model, struct traits_buf *out)
{
    uint32_t count = 0;
    const struct term *words = features_terms(model->features, &count);

    out->term_count = terms_pick(words, count, out->terms);
}

static void read_keys(struct model *model, struct span title, struct span text, struct span url,
                      struct traits_buf *out)
{
    out->dims = 0;
    out->norm = 0.0F;
    out->url_key = traits_url_key(url);
    tokens_read(&model->title, traits_title_core(title));
    out->title_key = traits_title_key(&model->title);
    tokens_read(&model->text, text);
    out->words = model->text.count;
    out->has_signature = signature_make(&model->text, out->signature);
    out->figure_count = traits_figures(&model->text, out->figures);
}

void model_keys(struct model *model, struct span title, struct span text, struct span url,
                struct traits_buf *out)
{
    read_keys(model, title, text, url, out);
    features_count(model->features, &model->title, &model->text);
    pick_terms(model, out);
}

void model_traits(struct model *model, struct span title, struct span text, struct span url,
                  struct traits_buf *out)
{
    read_keys(model, title, text, url, out);
    embed(model, out);
    pick_terms(model, out);
}
