// Transposition by squares of 8 × 8 numbers that stay in registers.
#include <cstring>

#include "kernels.h"
#include "vector-math.h"

namespace coppice {

namespace {
constexpr int kSide = 8;
typedef float Lane __attribute__((vector_size(32), aligned(4)));
typedef int32_t Order __attribute__((vector_size(32)));

INLINED void transposeSquare(const float* x, int64_t xStride, float* y, int64_t yStride) {
  Lane a[kSide], b[kSide];
  for (int i = 0; i < kSide; ++i) a[i] = *reinterpret_cast<const Lane*>(x + i * xStride);
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
  for (int i = 0; i < kSide; ++i) *reinterpret_cast<Lane*>(y + i * yStride) = b[i];
}
}  // namespace

void transposeColumns(const float* x, int64_t rows, int64_t columns, int64_t from, int64_t to, float* y) {
  // By way of a small block: the rows of y can be so far apart that they share few sets of the cache.
  constexpr int64_t kRun = 64;
  float block[kStrip * kRun];
  const int64_t whole = (to - from) / kSide * kSide;
  for (int64_t begin = 0; begin < rows; begin += kRun) {
    const int64_t run = rows - begin < kRun ? rows - begin : kRun;
    const float* corner = x + begin * columns + from;
    const int64_t wholeRun = run / kSide * kSide;
    for (int64_t row = 0; row < wholeRun; row += kSide) {
      for (int64_t c = 0; c < whole; c += kSide)
        transposeSquare(corner + row * columns + c, columns, block + c * kRun + row, kRun);
    }
    for (int64_t c = 0; c < to - from; ++c) {
      for (int64_t row = c < whole ? wholeRun : 0; row < run; ++row) block[c * kRun + row] = corner[row * columns + c];
      std::memcpy(y + (from + c) * rows + begin, block + c * kRun, run * sizeof(float));
    }
  }
}

}  // namespace coppice
