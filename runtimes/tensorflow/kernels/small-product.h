// Products of small matrices whose operands lie in the caches, a tile of the result at a time in registers.
#pragma once
#include <cstdint>

#include "vector-math.h"

namespace coppice {

constexpr int64_t kTileRows = 6;
constexpr int kTileVectors = kRegisters / 8;  // in a row of a tile: its sums take three quarters of the registers

INLINED int64_t padded(int64_t size) { return (size + kLanes - 1) / kLanes * kLanes; }

// The number in row i and column k stands at data[i * rowStride + k * columnStride].
struct Operand {
  const float* data;
  int64_t rowStride;
  int64_t columnStride;
};

template <int kRows, int kVectors>
INLINED void productTile(Operand a, const float* b, int64_t bStride, float* c, int64_t cStride, int64_t depth) {
  Lanes sums[kRows][kVectors] = {};
  for (int64_t k = 0; k < depth; ++k) {
    Lanes row[kVectors];
    for (int n = 0; n < kVectors; ++n) row[n] = *reinterpret_cast<const Lanes*>(b + k * bStride + n * kLanes);
    for (int i = 0; i < kRows; ++i) {
      const float factor = a.data[i * a.rowStride + k * a.columnStride];
      for (int n = 0; n < kVectors; ++n) sums[i][n] += factor * row[n];
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int n = 0; n < kVectors; ++n) *reinterpret_cast<Lanes*>(c + i * cStride + n * kLanes) = sums[i][n];
  }
}

template <int kVectors>
INLINED void productStrip(Operand a, const float* b, int64_t bStride, float* c, int64_t cStride, int64_t rows,
                          int64_t depth) {
  int64_t i = 0;
  for (; i + kTileRows <= rows; i += kTileRows) {
    productTile<kTileRows, kVectors>({a.data + i * a.rowStride, a.rowStride, a.columnStride}, b, bStride,
                                     c + i * cStride, cStride, depth);
  }
  for (; i < rows; ++i) {
    productTile<1, kVectors>({a.data + i * a.rowStride, a.rowStride, a.columnStride}, b, bStride, c + i * cStride,
                             cStride, depth);
  }
}

// c = a·b, of which b and c have rows one after the other and a multiple of kLanes columns.
INLINED void product(Operand a, const float* b, int64_t bStride, float* c, int64_t cStride, int64_t rows,
                     int64_t columns, int64_t depth) {
  constexpr int64_t kStrip = kTileVectors * kLanes;
  int64_t n = 0;
  for (; n + kStrip <= columns; n += kStrip) {
    productStrip<kTileVectors>(a, b + n, bStride, c + n, cStride, rows, depth);
  }
  for (; n < columns; n += kLanes) productStrip<1>(a, b + n, bStride, c + n, cStride, rows, depth);
}

}  // namespace coppice
