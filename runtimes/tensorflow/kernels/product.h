// Products of large matrices, by panels of both operands that are copied so that the innermost loop reads them in order
// (Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication", section 5).
#pragma once
#include <cstdint>

namespace coppice {

// The number in row i and column k stands at data[i * rowStride + k * columnStride]; one of the strides is 1.
struct Matrix {
  const float* data;
  int64_t rowStride;
  int64_t columnStride;
};

struct ProductShape {
  int64_t rows;
  int64_t columns;
  int64_t depth;
};

int64_t panelsOf(int64_t columns);

// Numbers that all packed panels of the second operand take.
int64_t packedSize(int64_t columns, int64_t depth);

// Packs panels [begin, end) of the second operand. b [depth, columns]
void packPanels(Matrix b, ProductShape shape, int64_t begin, int64_t end, float* packed);

constexpr int64_t kRowBlock = 96;  // rows whose packed numbers stay in the second cache
constexpr int64_t kRowStep = 12;   // rows of whole tiles; divides kRowBlock

// Rows [begin, end), at most kRowBlock, by the columns of panels [first, last) of c = a·b + bias; bias may be null.
// Sums are made in an order that depends on the depth alone. a [rows, depth], c [rows, columns]
struct ProductPart {
  int64_t begin;
  int64_t end;
  int64_t firstPanel;
  int64_t lastPanel;
};
void productPart(Matrix a, const float* packed, const float* bias, ProductShape shape, ProductPart part, float* c);

}  // namespace coppice
