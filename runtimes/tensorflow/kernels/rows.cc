// Sums of columns, layer normalization (Ba et al. 2016, arXiv:1607.06450) and cross-entropy, row by row.
#include <cmath>

#include "kernels.h"
#include "vector-math.h"

namespace coppice {

void addRows(const float* x, int64_t rows, int64_t columns, float* __restrict__ sums) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t c = 0; c < columns; ++c) sums[c] += x[row * columns + c];
  }
}

namespace {
struct Moments {
  float mean;
  float inverseDeviation;
};

INLINED Moments momentsOf(const float* x, int64_t size, float epsilon) {
  float sum = 0;
  for (int64_t c = 0; c < size; ++c) sum += x[c];
  const float mean = sum / size;
  float squares = 0;
  for (int64_t c = 0; c < size; ++c) squares += (x[c] - mean) * (x[c] - mean);
  return {mean, 1.0f / std::sqrt(squares / size + epsilon)};
}
}  // namespace

void layerNormalization(const float* x, const float* gain, const float* bias, NormalizedShape shape,
                        float* __restrict__ y) {
  const int64_t size = shape.channels;
  for (int64_t row = 0; row < shape.rows; ++row, x += size, y += size) {
    const Moments moments = momentsOf(x, size, shape.epsilon);
    for (int64_t c = 0; c < size; ++c) y[c] = (x[c] - moments.mean) * moments.inverseDeviation * gain[c] + bias[c];
  }
}

void layerNormalizationGradient(const float* dy, const float* x, const float* gain, NormalizedShape shape, float* dx,
                                float* __restrict__ dgain, float* __restrict__ dbias) {
  const int64_t size = shape.channels;
  for (int64_t row = 0; row < shape.rows; ++row, dy += size, x += size, dx += size) {
    const Moments moments = momentsOf(x, size, shape.epsilon);
    float sum = 0;
    float aligned = 0;
    for (int64_t c = 0; c < size; ++c) {
      const float normal = (x[c] - moments.mean) * moments.inverseDeviation;
      dgain[c] += dy[c] * normal;
      dbias[c] += dy[c];
      sum += dy[c] * gain[c];
      aligned += dy[c] * gain[c] * normal;
    }
    const float meanSum = sum / size;
    const float meanAligned = aligned / size;
#pragma omp simd
    for (int64_t c = 0; c < size; ++c) {
      const float normal = (x[c] - moments.mean) * moments.inverseDeviation;
      dx[c] = (dy[c] * gain[c] - meanSum - normal * meanAligned) * moments.inverseDeviation;
    }
  }
}

void crossEntropy(const float* logits, const int32_t* labels, int64_t rows, int64_t classes, float* losses,
                  float* normalizers) {
  for (int64_t row = 0; row < rows; ++row, logits += classes) {
    float greatest = logits[0];
#pragma omp simd reduction(max : greatest)
    for (int64_t c = 1; c < classes; ++c) greatest = logits[c] > greatest ? logits[c] : greatest;
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t c = 0; c < classes; ++c) sum += exponential(logits[c] - greatest);
    const float logarithm = std::log(sum);
    losses[row] = (greatest - logits[labels[row]]) + logarithm;  // first the difference, since both can be large
    normalizers[2 * row] = greatest;
    normalizers[2 * row + 1] = 1.0f / sum;
  }
}

void crossEntropyGradient(const float* logits, const int32_t* labels, const float* normalizers, int64_t rows,
                          int64_t classes, float* dlogits) {
  for (int64_t row = 0; row < rows; ++row, logits += classes, dlogits += classes) {
    const float greatest = normalizers[2 * row];
    const float share = normalizers[2 * row + 1];
#pragma omp simd
    for (int64_t c = 0; c < classes; ++c) dlogits[c] = exponential(logits[c] - greatest) * share;
    dlogits[labels[row]] -= 1.0f;
  }
}

}  // namespace coppice
