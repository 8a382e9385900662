// Attention and its gradients for TensorFlow.
#include "attention.h"
#include "tensorflow.h"

namespace coppice {
namespace {

// Inputs query, key, value [B, H, rows, channels], the mask stretched to [B, H, queries, keys], and at most one keep.
class Heads {
 public:
  Heads(OpKernelContext* context, int first)
      : query_(context->input(first)),
        key_(context->input(first + 1)),
        value_(context->input(first + 2)),
        mask_(context->input(first + 3)),
        keep_(context->num_inputs() > first + 4 ? &context->input(first + 4) : nullptr) {
    const int64_t sizes[4] = {query_.dim_size(0), query_.dim_size(1), query_.dim_size(2), key_.dim_size(2)};
    int64_t stride = 1;
    for (int axis = 3; axis >= 0; --axis) {
      const int own = mask_.dims() - 4 + axis;
      const int64_t size = own < 0 ? 1 : mask_.dim_size(own);
      strides_[axis] = size == 1 && sizes[axis] != 1 ? 0 : stride;
      stride *= size;
    }
  }
  int64_t count() const { return query_.dim_size(0) * query_.dim_size(1); }
  int64_t queries() const { return query_.dim_size(2); }
  int64_t keys() const { return key_.dim_size(2); }
  int64_t channels() const { return query_.dim_size(3); }
  Head at(int64_t index) const {
    const int64_t heads = query_.dim_size(1);
    const int64_t maskStart = index / heads * strides_[0] + index % heads * strides_[1];
    return {queries(),
            keys(),
            channels(),
            data(query_) + index * queries() * channels(),
            data(key_) + index * keys() * channels(),
            data(value_) + index * keys() * channels(),
            data(mask_) + maskStart,
            strides_[2],
            strides_[3],
            keep_ == nullptr ? nullptr : data(*keep_) + index * queries() * keys()};
  }

 private:
  const Tensor& query_;
  const Tensor& key_;
  const Tensor& value_;
  const Tensor& mask_;
  const Tensor* keep_;
  int64_t strides_[4];
};

class Attention : public OpKernel {
 public:
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const Heads heads(context, 0);
    Tensor* y = output(context, 0, context->input(0).shape());
    if (y == nullptr) return;
    const int64_t size = heads.queries() * heads.channels();
    share(context, heads.count(), heads.queries() * heads.keys() * 8, [&](int64_t begin, int64_t end) {
      const std::unique_ptr<float[]> scratch(
          new float[attentionScratch(heads.queries(), heads.keys(), heads.channels())]);
      for (int64_t index = begin; index < end; ++index)
        attention(heads.at(index), scratch.get(), data(y) + index * size);
    });
  }
};

class AttentionGradient : public OpKernel {
 public:
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const Heads heads(context, 2);
    const Tensor& dy = context->input(0);
    const Tensor& y = context->input(1);
    Tensor* slopes[3];
    for (int i = 0; i < 3; ++i) {
      slopes[i] = output(context, i, context->input(2 + i).shape());
      if (slopes[i] == nullptr) return;
    }
    const int64_t size = heads.queries() * heads.channels();
    const int64_t keySize = heads.keys() * heads.channels();
    share(context, heads.count(), heads.queries() * heads.keys() * 16, [&](int64_t begin, int64_t end) {
      const std::unique_ptr<float[]> scratch(
          new float[attentionGradientScratch(heads.queries(), heads.keys(), heads.channels())]);
      for (int64_t index = begin; index < end; ++index) {
        attentionGradient(heads.at(index), data(dy) + index * size, data(y) + index * size, scratch.get(),
                          data(slopes[0]) + index * size, data(slopes[1]) + index * keySize,
                          data(slopes[2]) + index * keySize);
      }
    });
  }
};

REGISTER_OP("CoppiceAttention")
    .Input("query: float")
    .Input("key: float")
    .Input("value: float")
    .Input("mask: float")
    .Input("keep: N * float")
    .Output("y: float")
    .Attr("N: int >= 0")
    .SetShapeFn(asFirst);
REGISTER_OP("CoppiceAttentionGradient")
    .Input("dy: float")
    .Input("y: float")
    .Input("query: float")
    .Input("key: float")
    .Input("value: float")
    .Input("mask: float")
    .Input("keep: N * float")
    .Output("dquery: float")
    .Output("dkey: float")
    .Output("dvalue: float")
    .Attr("N: int >= 0")
    .SetShapeFn([](InferenceContext* context) {
      for (int i = 0; i < 3; ++i) context->set_output(i, context->input(2 + i));
      return absl::OkStatus();
    });

KERNEL("CoppiceAttention", Attention);
KERNEL("CoppiceAttentionGradient", AttentionGradient);

}  // namespace
}  // namespace coppice
