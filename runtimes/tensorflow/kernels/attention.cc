#include "attention.h"

#include <algorithm>
#include <cstring>

#include "small-product.h"
#include "vector-math.h"

namespace coppice {

namespace {

constexpr float kForbidden = -1e8f;  // masks have -1e9: its exponential is 0 beside any other

// Columns of a row up to the last that the mask allows; all where it allows none.
INLINED int64_t extentOf(const Head& head, int64_t row) {
  const float* mask = head.mask + row * head.maskRowStride;
  int64_t extent = head.keys;
  while (extent > 0 && mask[(extent - 1) * head.maskColumnStride] <= kForbidden) --extent;
  return extent == 0 ? head.keys : extent;
}

// Copies rows to a width that lanes divide, zeros behind.
INLINED void padRows(const float* x, int64_t rows, int64_t columns, int64_t width, float* y) {
  for (int64_t row = 0; row < rows; ++row) {
    std::memcpy(y + row * width, x + row * columns, columns * sizeof(float));
    std::memset(y + row * width + columns, 0, (width - columns) * sizeof(float));
  }
}

// Rows become columns of rows of a given width, zeros behind.
INLINED void turn(const float* x, int64_t rows, int64_t columns, int64_t width, float* y) {
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t row = 0; row < rows; ++row) y[c * width + row] = x[row * columns + c];
    std::memset(y + c * width + rows, 0, (width - rows) * sizeof(float));
  }
}

INLINED void unpadRows(const float* x, int64_t rows, int64_t columns, int64_t width, float* y) {
  for (int64_t row = 0; row < rows; ++row) std::memcpy(y + row * columns, x + row * width, columns * sizeof(float));
}

// Scores of a row become weights that sum to 1; 0 from the extent on.
INLINED void weigh(const Head& head, int64_t row, int64_t extent, int64_t width, float* scores) {
  const float* mask = head.mask + row * head.maskRowStride;
  const int64_t stride = head.maskColumnStride;
  float greatest = -3.4e38f;
  if (stride == 1) {
#pragma omp simd reduction(max : greatest)
    for (int64_t c = 0; c < extent; ++c) {
      scores[c] += mask[c];
      greatest = scores[c] > greatest ? scores[c] : greatest;
    }
  } else {
#pragma omp simd reduction(max : greatest)
    for (int64_t c = 0; c < extent; ++c) {
      scores[c] += mask[0];
      greatest = scores[c] > greatest ? scores[c] : greatest;
    }
  }
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t c = 0; c < extent; ++c) {
    scores[c] = exponential(scores[c] - greatest);
    sum += scores[c];
  }
  const float share = 1.0f / sum;
  for (int64_t c = 0; c < extent; ++c) scores[c] *= share;
  std::memset(scores + extent, 0, (width - extent) * sizeof(float));
}

INLINED void multiplyBy(const float* factors, int64_t size, float* x) {
  if (factors == nullptr) return;
  for (int64_t c = 0; c < size; ++c) x[c] *= factors[c];
}

INLINED const float* keepOf(const Head& head, int64_t row) {
  return head.keep == nullptr ? nullptr : head.keep + row * head.keys;
}

struct Rows {
  int64_t begin;
  int64_t end;
  int64_t extents[kTileRows];
  int64_t width;  // that lanes divide and no extent exceeds
};

INLINED Rows rowsFrom(const Head& head, int64_t begin) {
  Rows rows = {begin, std::min(head.queries, begin + kTileRows), {}, 0};
  for (int64_t row = begin; row < rows.end; ++row) {
    rows.extents[row - begin] = extentOf(head, row);
    rows.width = std::max(rows.width, padded(rows.extents[row - begin]));
  }
  return rows;
}

}  // namespace

int64_t attentionScratch(int64_t, int64_t keys, int64_t channels) {
  return padded(keys) * (channels + kTileRows) + (keys + kTileRows) * padded(channels);
}

void attention(const Head& head, float* scratch, float* y) {
  const int64_t width = padded(head.keys);
  const int64_t depth = padded(head.channels);
  float* keys = scratch;                         // [channels, width]
  float* scores = keys + head.channels * width;  // [tile rows, width]
  float* values = scores + kTileRows * width;    // [keys, depth]
  float* results = values + head.keys * depth;   // [tile rows, depth]
  turn(head.key, head.keys, head.channels, width, keys);
  padRows(head.value, head.keys, head.channels, depth, values);
  for (int64_t begin = 0; begin < head.queries; begin += kTileRows) {
    const Rows rows = rowsFrom(head, begin);
    const int64_t count = rows.end - begin;
    product({head.query + begin * head.channels, head.channels, 1}, keys, width, scores, width, count, rows.width,
            head.channels);
    for (int64_t i = 0; i < count; ++i) {
      weigh(head, begin + i, rows.extents[i], rows.width, scores + i * width);
      multiplyBy(keepOf(head, begin + i), rows.extents[i], scores + i * width);
    }
    product({scores, width, 1}, values, depth, results, depth, count, depth, std::min(rows.width, head.keys));
    unpadRows(results, count, head.channels, depth, y + begin * head.channels);
  }
}

int64_t attentionGradientScratch(int64_t queries, int64_t keys, int64_t channels) {
  return padded(keys) * (2 * channels + 2 * queries) + (keys + 2 * queries + kTileRows) * padded(channels);
}

void attentionGradient(const Head& head, const float* dy, const float* y, float* scratch, float* dquery, float* dkey,
                       float* dvalue) {
  const int64_t size = head.channels;
  const int64_t width = padded(head.keys);
  const int64_t depth = padded(size);
  float* turnedKeys = scratch;                       // [channels, width]
  float* turnedValues = turnedKeys + size * width;   // [channels, width]
  float* weights = turnedValues + size * width;      // [queries, width]
  float* slopes = weights + head.queries * width;    // [queries, width]
  float* keys = slopes + head.queries * width;       // [keys, depth]
  float* queries = keys + head.keys * depth;         // [queries, depth]
  float* dResults = queries + head.queries * depth;  // [queries, depth]
  float* sums = dResults + head.queries * depth;     // [tile rows, depth]
  turn(head.key, head.keys, size, width, turnedKeys);
  turn(head.value, head.keys, size, width, turnedValues);
  padRows(head.key, head.keys, size, depth, keys);
  padRows(head.query, head.queries, size, depth, queries);
  padRows(dy, head.queries, size, depth, dResults);
  for (int64_t begin = 0; begin < head.queries; begin += kTileRows) {
    const Rows rows = rowsFrom(head, begin);
    const int64_t count = rows.end - begin;
    float* own = weights + begin * width;
    float* slope = slopes + begin * width;
    product({queries + begin * depth, depth, 1}, turnedKeys, width, own, width, count, rows.width, size);
    product({dResults + begin * depth, depth, 1}, turnedValues, width, slope, width, count, rows.width, size);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t row = begin + i;
      const int64_t extent = rows.extents[i];
      weigh(head, row, extent, width, own + i * width);
      float inner = 0;
#pragma omp simd reduction(+ : inner)
      for (int64_t c = 0; c < size; ++c) inner += dy[row * size + c] * y[row * size + c];
      multiplyBy(keepOf(head, row), extent, slope + i * width);
#pragma omp simd
      for (int64_t c = 0; c < extent; ++c) slope[i * width + c] = own[i * width + c] * (slope[i * width + c] - inner);
      std::memset(slope + i * width + extent, 0, (width - extent) * sizeof(float));
      multiplyBy(keepOf(head, row), extent, own + i * width);
    }
    product({slope, width, 1}, keys, depth, sums, depth, count, depth, std::min(rows.width, head.keys));
    unpadRows(sums, count, size, depth, dquery + begin * size);
  }
  // The first row that reads a key: those before it add nothing to its gradients.
  int64_t first = 0;
  for (int64_t begin = 0; begin < head.keys; begin += kTileRows) {
    const int64_t count = std::min(kTileRows, head.keys - begin);
    while (first < head.queries && extentOf(head, first) <= begin) ++first;
    const int64_t depthOfSum = head.queries - first;
    product({slopes + first * width + begin, 1, width}, queries + first * depth, depth, sums, depth, count, depth,
            depthOfSum);
    unpadRows(sums, count, size, depth, dkey + begin * size);
    product({weights + first * width + begin, 1, width}, dResults + first * depth, depth, sums, depth, count, depth,
            depthOfSum);
    unpadRows(sums, count, size, depth, dvalue + begin * size);
  }
}

}  // namespace coppice
