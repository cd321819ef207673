/* Arithmetic on int8 vectors, sign bits and signatures: SIMD chosen at run time, and a portable
 * path that gives the same bits.  Pure. */
#ifndef WEIR_COMMON_VEC_H
#define WEIR_COMMON_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Scales a vector of n floats to int8 (largest component = +-127) and returns the Euclidean length
 * of the int8 vector; a zero vector, or one with a component that is no finite number, gives zeros
 * and 0. */
float vec_quantise(const float *in, size_t n, int8_t *out);
/* The Euclidean length of an int8 vector. */
float vec_norm(const int8_t *v, size_t n);
/* The exact dot product. */
int32_t vec_dot(const int8_t *a, const int8_t *b, size_t n);
/* The cosine of two int8 vectors of known length; 0 where either is 0. */
float vec_cosine(const int8_t *a, float norm_a, const int8_t *b, float norm_b, size_t n);
/* One bit a dimension, set where the component is >= 0; out takes (n + 63) / 64 words. */
void vec_signs(const int8_t *v, size_t n, uint64_t *out);
/* Bits that differ. */
uint32_t vec_hamming(const uint64_t *a, const uint64_t *b, size_t words);
/* The same, read off the int8 vectors: components of which one alone is negative. */
uint32_t vec_apart(const int8_t *a, const int8_t *b, size_t n);
/* How many of the TRAITS_SIGNATURE values of two signatures are equal. */
uint32_t vec_same(const uint32_t *a, const uint32_t *b);
/* The same of signatures whose values were cut to a byte. */
uint32_t vec_same_bytes(const uint8_t *a, const uint8_t *b);

/* Whether AVX2 is here and wanted; asked by every module that has two paths. */
bool vec_wide(void);
/* For tests and benchmarks, before threads start: true takes the portable path everywhere. */
void vec_force_portable(bool portable);

#endif
