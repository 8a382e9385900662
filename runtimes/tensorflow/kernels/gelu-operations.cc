// GELU, and sums of columns, for TensorFlow.
#include "tensorflow.h"

namespace coppice {
namespace {

class Gelu : public OpKernel {
 public:
  explicit Gelu(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("by_tanh", &byTanh_));
  }
  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    Tensor* y = output(context, 0, x.shape());
    if (y == nullptr) return;
    const auto compute = byTanh_ ? geluByTanh : gelu;
    share(context, x.NumElements(), 1,
          [&](int64_t begin, int64_t end) { compute(data(x) + begin, data(y) + begin, end - begin); });
  }

 private:
  bool byTanh_;
};

// The second output are the sums of the first over rows: the gradient of a bias.
class GeluGradient : public OpKernel {
 public:
  explicit GeluGradient(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("by_tanh", &byTanh_));
  }
  void Compute(OpKernelContext* context) override {
    const Tensor& dy = context->input(0);
    const Tensor& x = context->input(1);
    OP_REQUIRES(context, dy.shape() == x.shape(), absl::InvalidArgumentError("shapes of dy and x differ"));
    const int64_t columns = columnsOf(x);
    Tensor* sums = output(context, 1, TensorShape({columns}));
    Tensor* dx = outputLike(context, {0}, 0, x.shape());
    if (sums == nullptr || dx == nullptr) return;
    const auto compute = byTanh_ ? geluByTanhGradient : geluGradient;
    sumOverRows(context, rowsOf(x), columns, data(sums), [&](int64_t begin, int64_t end, float* part) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t start = row * columns;
        compute(data(dy) + start, data(x) + start, data(dx) + start, columns);
        addRows(data(dx) + start, 1, columns, part);
      }
    });
  }

 private:
  bool byTanh_;
};

class ColumnSums : public OpKernel {
 public:
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const int64_t columns = columnsOf(x);
    Tensor* sums = output(context, 0, TensorShape({columns}));
    if (sums == nullptr) return;
    sumOverRows(context, rowsOf(x), columns, data(sums), [&](int64_t begin, int64_t end, float* part) {
      addRows(data(x) + begin * columns, end - begin, columns, part);
    });
  }
};

REGISTER_OP("CoppiceGelu").Input("x: float").Output("y: float").Attr("by_tanh: bool").SetShapeFn(asFirst);
REGISTER_OP("CoppiceGeluGradient")
    .Input("dy: float")
    .Input("x: float")
    .Output("dx: float")
    .Output("sums: float")
    .Attr("by_tanh: bool")
    .SetShapeFn([](InferenceContext* context) {
      const auto x = context->input(1);
      context->set_output(0, x);
      context->set_output(1, context->Rank(x) > 0 ? context->Vector(context->Dim(x, -1)) : context->Vector(1));
      return absl::OkStatus();
    });
REGISTER_OP("CoppiceColumnSums").Input("x: float").Output("sums: float").SetShapeFn([](InferenceContext* context) {
  context->set_output(0, context->Vector(context->Dim(context->input(0), -1)));
  return absl::OkStatus();
});

KERNEL("CoppiceGelu", Gelu);
KERNEL("CoppiceGeluGradient", GeluGradient);
KERNEL("CoppiceColumnSums", ColumnSums);

}  // namespace
}  // namespace coppice

// Node loads the library as an addon that exports nothing: what it registers is found by TensorFlow.
extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void* exports) {
  return exports;
}
