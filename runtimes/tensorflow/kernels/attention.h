// Attention of one head: softmax(QKᵀ + mask)V and its gradients, without keeping the weights of the forward pass (Dao
// et al. 2022, arXiv:2205.14135). What the mask forbids at the end of a row is not computed.
#pragma once
#include <cstdint>

namespace coppice {

struct Head {
  int64_t queries;
  int64_t keys;
  int64_t channels;
  const float* query;  // [queries, channels]
  const float* key;    // [keys, channels], as value
  const float* value;
  const float* mask;  // [queries, keys], by strides that are 0 where it is stretched
  int64_t maskRowStride;
  int64_t maskColumnStride;
  const float* keep;  // [queries, keys], multiplied with the weights; or null
};

// Numbers that the functions need as scratch, for heads of one shape.
int64_t attentionScratch(int64_t queries, int64_t keys, int64_t channels);
int64_t attentionGradientScratch(int64_t queries, int64_t keys, int64_t channels);

void attention(const Head& head, float* scratch, float* y);
// y is what attention gave.
void attentionGradient(const Head& head, const float* dy, const float* y, float* scratch, float* dquery, float* dkey,
                       float* dvalue);

}  // namespace coppice
