// What is computed, on plain arrays: rows one after the other. Nothing here knows of threads.
#pragma once
#include <cstdint>

namespace coppice {

void gelu(const float* x, float* y, int64_t size);
void geluByTanh(const float* x, float* y, int64_t size);
// dx may be dy.
void geluGradient(const float* dy, const float* x, float* dx, int64_t size);
void geluByTanhGradient(const float* dy, const float* x, float* dx, int64_t size);

// Adds rows to sums. [columns]
void addRows(const float* x, int64_t rows, int64_t columns, float* sums);

struct NormalizedShape {
  int64_t rows;
  int64_t channels;
  float epsilon;
};

void layerNormalization(const float* x, const float* gain, const float* bias, NormalizedShape shape, float* y);
// Adds to the gradients in gain and bias; dx may be dy.
void layerNormalizationGradient(const float* dy, const float* x, const float* gain, NormalizedShape shape, float* dx,
                                float* dgain, float* dbias);

// Losses of rows, and the logarithm of what their softmax is divided by.
void crossEntropy(const float* logits, const int32_t* labels, int64_t rows, int64_t classes, float* losses,
                  float* normalizers);
// dlogits may be logits.
void crossEntropyGradient(const float* logits, const int32_t* labels, const float* normalizers, int64_t rows,
                          int64_t classes, float* dlogits);

}  // namespace coppice
