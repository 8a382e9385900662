// The transposition of 8 × 8 numbers in registers.
#pragma once
#include <cstdint>

#include "vector-math.h"

namespace coppice {

constexpr int kSide = 8;

typedef float Eight __attribute__((vector_size(32), aligned(4)));

INLINED void transposeSquare(Eight (&a)[kSide]) {
  typedef int32_t Order __attribute__((vector_size(32)));
  Eight b[kSide];
  for (int i = 0; i < kSide; i += 2) {
    b[i] = __builtin_shuffle(a[i], a[i + 1], Order{0, 8, 2, 10, 4, 12, 6, 14});
    b[i + 1] = __builtin_shuffle(a[i], a[i + 1], Order{1, 9, 3, 11, 5, 13, 7, 15});
  }
  for (int i = 0; i < kSide; i += 4) {
    for (int j = i; j < i + 2; ++j) {
      a[j] = __builtin_shuffle(b[j], b[j + 2], Order{0, 1, 8, 9, 4, 5, 12, 13});
      a[j + 2] = __builtin_shuffle(b[j], b[j + 2], Order{2, 3, 10, 11, 6, 7, 14, 15});
    }
  }
  for (int i = 0; i < 4; ++i) {
    b[i] = __builtin_shuffle(a[i], a[i + 4], Order{0, 1, 2, 3, 8, 9, 10, 11});
    b[i + 4] = __builtin_shuffle(a[i], a[i + 4], Order{4, 5, 6, 7, 12, 13, 14, 15});
  }
  for (int i = 0; i < kSide; ++i) a[i] = b[i];
}

}  // namespace coppice
