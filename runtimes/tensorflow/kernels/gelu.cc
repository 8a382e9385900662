// Gaussian error linear unit (Hendrycks & Gimpel 2016, arXiv:1606.08415), exact and approximated by tanh.
#include "kernels.h"
#include "vector-math.h"

namespace coppice {

namespace {
constexpr float kSlope = 0.79788456f;  // sqrt(2/pi)
constexpr float kCubic = 0.044715f;

INLINED float approximateTangent(float x) { return hyperbolicTangent(kSlope * (x + kCubic * x * x * x)); }
}  // namespace

void gelu(const float* x, float* y, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) y[i] = x[i] * normalAt(x[i]).cumulative;
}

void geluByTanh(const float* x, float* y, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) y[i] = 0.5f * x[i] * (1.0f + approximateTangent(x[i]));
}

void geluGradient(const float* dy, const float* x, float* dx, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) {
    const Normal normal = normalAt(x[i]);
    dx[i] = dy[i] * (normal.cumulative + x[i] * normal.density);
  }
}

void geluByTanhGradient(const float* dy, const float* x, float* dx, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) {
    const float tangent = approximateTangent(x[i]);
    const float inner = kSlope * (1.0f + 3.0f * kCubic * x[i] * x[i]);
    dx[i] = dy[i] * 0.5f * (1.0f + tangent + x[i] * (1.0f - tangent * tangent) * inner);
  }
}

}  // namespace coppice
