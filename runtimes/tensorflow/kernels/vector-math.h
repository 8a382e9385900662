// Elementary functions in plain arithmetic, so that the compiler computes many at once.
#pragma once
#include <cstdint>
#include <cstring>

#define INLINED static inline __attribute__((always_inline))

namespace coppice {

#ifdef __AVX512F__
constexpr int kLanes = 16;  // numbers in a register
constexpr int kRegisters = 32;
#else
constexpr int kLanes = 8;
constexpr int kRegisters = 16;
#endif

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float))));

// e^x by 2^n times a Taylor polynomial on [-ln2/2, ln2/2]; 0 below -87.7, where 2^n has the bits of 0. No comparison
// decides on what is computed, or the compiler would take numbers one by one.
INLINED float exponential(float x) {
  const float capped = x > 88.0f ? 88.0f : x;
  const float bounded = capped < -88.0f ? -88.0f : capped;
  const float scaled = bounded * 1.44269504f;
  const int32_t n = static_cast<int32_t>(scaled + __builtin_copysignf(0.5f, scaled));
  const float whole = static_cast<float>(n);
  const float r = (bounded - whole * 0.693359375f) + whole * 2.12194440e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const int32_t bits = (n + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

struct Normal {
  float cumulative;
  float density;
};

// The standard normal distribution at x, from one exponential (Abramowitz & Stegun 1964, formula 7.1.26).
INLINED Normal normalAt(float x) {
  const float size = __builtin_fabsf(x);
  const float bell = exponential(-0.5f * x * x);
  const float t = 1.0f / (1.0f + 0.3275911f * 0.70710678f * size);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const float tail = 0.5f * p * t * bell;
  return {x < 0.0f ? tail : 1.0f - tail, bell * 0.39894228f};
}

INLINED float hyperbolicTangent(float x) { return 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f); }

}  // namespace coppice
