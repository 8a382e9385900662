#include "product.h"

#include <algorithm>
#include <cstring>

#include "square.h"
#include "vector-math.h"

namespace coppice {

namespace {

constexpr int kVectors = 2;                   // registers of a row of a tile
constexpr int kRows = 3 * kRegisters / 8;     // of a tile: its sums take three quarters of the registers
constexpr int kColumns = kVectors * kLanes;   // of a tile and a panel
constexpr int64_t kDepth = 256;               // of a panel that stays in the first cache
static_assert(kRowStep % kRows == 0 && kRowBlock % kRowStep == 0);

// Packed lines of a matrix, kLines beside one another: line i at y[k * kLines + i], zeros behind the last.
template <int kLines>
INLINED void packSlowly(Matrix x, int64_t lines, int64_t begin, int64_t end, float* y) {
  for (int64_t k = begin; k < end; ++k) {
    for (int i = 0; i < kLines; ++i) {
      y[k * kLines + i] = i < lines ? x.data[i * x.rowStride + k * x.columnStride] : 0.0f;
    }
  }
}

// Lines that lie one after the other, as many as are packed, by squares. What a square writes too much, the next number
// overwrites.
template <int kLines>
INLINED void packLines(Matrix x, int64_t depth, float* y) {
  int64_t k = 0;
  for (; k + kSide < depth; k += kSide) {
    Eight squares[(kLines + kSide - 1) / kSide][kSide];
    for (int i = 0; i < kLines; i += kSide) {
      for (int j = 0; j < kSide; ++j) {
        const int line = i + j < kLines ? i + j : kLines - 1;
        squares[i / kSide][j] = *reinterpret_cast<const Eight*>(x.data + line * x.rowStride + k);
      }
      transposeSquare(squares[i / kSide]);
    }
    for (int j = 0; j < kSide; ++j) {
      for (int i = 0; i < kLines; i += kSide) {
        *reinterpret_cast<Eight*>(y + (k + j) * kLines + i) = squares[i / kSide][j];
      }
    }
  }
  packSlowly<kLines>(x, kLines, k, depth, y);
}

// Packs `lines` lines, `kLines` at a time.
template <int kLines>
INLINED void pack(Matrix x, int64_t lines, int64_t depth, float* y) {
  const int64_t whole = lines / kLines * kLines;
  if (x.rowStride == 1) {
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t line = 0; line < whole; line += kLines) {
        std::memcpy(y + line * depth + k * kLines, x.data + k * x.columnStride + line, kLines * sizeof(float));
      }
    }
  } else {
    for (int64_t line = 0; line < whole; line += kLines) {
      packLines<kLines>({x.data + line * x.rowStride, x.rowStride, 1}, depth, y + line * depth);
    }
  }
  if (whole == lines) return;
  const Matrix rest = {x.data + whole * x.rowStride, x.rowStride, x.columnStride};
  packSlowly<kLines>(rest, lines - whole, 0, depth, y + whole * depth);
}

// The product of a packed strip of rows and a packed panel of columns, in registers.
INLINED void tile(const float* a, const float* b, int64_t depth, Lanes (&sums)[kRows][kVectors]) {
  for (int64_t k = 0; k < depth; ++k, a += kRows, b += kColumns) {
    Lanes row[kVectors];
#pragma GCC unroll 4
    for (int n = 0; n < kVectors; ++n) row[n] = *reinterpret_cast<const Lanes*>(b + n * kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
      for (int n = 0; n < kVectors; ++n) sums[i][n] += a[i] * row[n];
    }
  }
}

// A tile at the lower or right edge.
INLINED void storePart(const Lanes (&sums)[kRows][kVectors], int64_t rows, int64_t columns, bool adds, float* c,
                       int64_t stride) {
  float numbers[kRows][kColumns];
  std::memcpy(numbers, sums, sizeof numbers);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) c[i * stride + j] = numbers[i][j] + (adds ? c[i * stride + j] : 0.0f);
  }
}

}  // namespace

int64_t panelsOf(int64_t columns) { return (columns + kColumns - 1) / kColumns; }

int64_t packedSize(int64_t columns, int64_t depth) { return panelsOf(columns) * kColumns * depth; }

// Panels of one slice of the depth lie one after the other, slices behind each other.
void packPanels(Matrix b, ProductShape shape, int64_t begin, int64_t end, float* packed) {
  const int64_t panels = panelsOf(shape.columns);
  for (int64_t from = 0; from < shape.depth; from += kDepth) {
    const int64_t depth = std::min(kDepth, shape.depth - from);
    const Matrix lines = {b.data + from * b.rowStride + begin * kColumns * b.columnStride, b.columnStride, b.rowStride};
    const int64_t count = std::min(end * kColumns, shape.columns) - begin * kColumns;
    pack<kColumns>(lines, count, depth, packed + (from * panels + begin * depth) * kColumns);
  }
}

void productPart(Matrix a, const float* packed, const float* bias, ProductShape shape, ProductPart part, float* c) {
  const int64_t panels = panelsOf(shape.columns);
  alignas(64) float strips[kRowBlock * kDepth];
  for (int64_t from = 0; from < shape.depth; from += kDepth) {
    const int64_t depth = std::min(kDepth, shape.depth - from);
    const Matrix lines = {a.data + part.begin * a.rowStride + from * a.columnStride, a.rowStride, a.columnStride};
    pack<kRows>(lines, part.end - part.begin, depth, strips);
    for (int64_t panel = part.firstPanel; panel < part.lastPanel; ++panel) {
      const int64_t column = panel * kColumns;
      const int64_t columns = std::min<int64_t>(kColumns, shape.columns - column);
      const float* b = packed + (from * panels + panel * depth) * kColumns;
      Lanes start[kVectors] = {};
      if (from == 0 && bias != nullptr) std::memcpy(start, bias + column, columns * sizeof(float));
      for (int64_t row = part.begin; row < part.end; row += kRows) {
        const int64_t rows = std::min<int64_t>(kRows, part.end - row);
        float* corner = c + row * shape.columns + column;
        Lanes sums[kRows][kVectors];
        for (int i = 0; i < kRows; ++i) {
          for (int n = 0; n < kVectors; ++n) sums[i][n] = start[n];
        }
        tile(strips + (row - part.begin) * depth, b, depth, sums);
        if (rows < kRows || columns < kColumns) {
          storePart(sums, rows, columns, from > 0, corner, shape.columns);
          continue;
        }
        for (int i = 0; i < kRows; ++i) {
          for (int n = 0; n < kVectors; ++n) {
            Lanes* place = reinterpret_cast<Lanes*>(corner + i * shape.columns + n * kLanes);
            *place = from > 0 ? *place + sums[i][n] : sums[i][n];
          }
        }
      }
    }
  }
}

}  // namespace coppice
