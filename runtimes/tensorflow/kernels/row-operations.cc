// Layer normalization and cross-entropy for TensorFlow.
#include "absl/strings/str_cat.h"
#include "tensorflow.h"

namespace coppice {
namespace {

class LayerNormalization : public OpKernel {
 public:
  explicit LayerNormalization(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("epsilon", &epsilon_));
  }
  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    Tensor* y = output(context, 0, x.shape());
    if (y == nullptr) return;
    const int64_t size = columnsOf(x);
    share(context, rowsOf(x), size, [&](int64_t begin, int64_t end) {
      const NormalizedShape shape = {end - begin, size, epsilon_};
      layerNormalization(data(x) + begin * size, data(context->input(1)), data(context->input(2)), shape,
                         data(y) + begin * size);
    });
  }

 private:
  float epsilon_;
};

class LayerNormalizationGradient : public OpKernel {
 public:
  explicit LayerNormalizationGradient(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("epsilon", &epsilon_));
  }
  void Compute(OpKernelContext* context) override {
    const Tensor& dy = context->input(0);
    const Tensor& x = context->input(1);
    const int64_t size = columnsOf(x);
    Tensor* dgain = output(context, 1, TensorShape({size}));
    Tensor* dbias = output(context, 2, TensorShape({size}));
    Tensor* dx = outputLike(context, {0}, 0, x.shape());
    if (dgain == nullptr || dbias == nullptr || dx == nullptr) return;
    std::vector<float> sums(2 * size);
    sumOverRows(context, rowsOf(x), 2 * size, sums.data(), [&](int64_t begin, int64_t end, float* part) {
      const int64_t start = begin * size;
      const NormalizedShape shape = {end - begin, size, epsilon_};
      layerNormalizationGradient(data(dy) + start, data(x) + start, data(context->input(2)), shape, data(dx) + start,
                                 part, part + size);
    });
    std::copy_n(sums.data(), size, data(dgain));
    std::copy_n(sums.data() + size, size, data(dbias));
  }

 private:
  float epsilon_;
};

bool labelsFit(OpKernelContext* context, const Tensor& labels, int64_t classes) {
  const auto values = labels.flat<int32_t>();
  for (int64_t row = 0; row < values.size(); ++row) {
    if (values(row) >= 0 && values(row) < classes) continue;
    context->SetStatus(absl::InvalidArgumentError(
        absl::StrCat("label ", values(row), " of row ", row, " is not in [0, ", classes, ")")));
    return false;
  }
  return true;
}

class CrossEntropy : public OpKernel {
 public:
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const Tensor& logits = context->input(0);
    const Tensor& labels = context->input(1);
    const int64_t rows = rowsOf(logits);
    const int64_t classes = columnsOf(logits);
    if (!labelsFit(context, labels, classes)) return;
    Tensor* losses = output(context, 0, TensorShape({rows}));
    Tensor* normalizers = output(context, 1, TensorShape({rows, 2}));
    if (losses == nullptr || normalizers == nullptr) return;
    share(context, rows, classes, [&](int64_t begin, int64_t end) {
      crossEntropy(data(logits) + begin * classes, labels.flat<int32_t>().data() + begin, end - begin, classes,
                   data(losses) + begin, data(normalizers) + 2 * begin);
    });
  }
};

class CrossEntropyGradient : public OpKernel {
 public:
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const Tensor& logits = context->input(0);
    const Tensor& labels = context->input(1);
    const int64_t classes = columnsOf(logits);
    if (!labelsFit(context, labels, classes)) return;
    Tensor* dlogits = outputLike(context, {0}, 0, logits.shape());
    if (dlogits == nullptr) return;
    share(context, rowsOf(logits), classes, [&](int64_t begin, int64_t end) {
      crossEntropyGradient(data(logits) + begin * classes, labels.flat<int32_t>().data() + begin,
                           data(context->input(2)) + 2 * begin, end - begin, classes, data(dlogits) + begin * classes);
    });
  }
};

REGISTER_OP("CoppiceLayerNormalization")
    .Input("x: float")
    .Input("gain: float")
    .Input("bias: float")
    .Output("y: float")
    .Attr("epsilon: float")
    .SetShapeFn(asFirst);
REGISTER_OP("CoppiceLayerNormalizationGradient")
    .Input("dy: float")
    .Input("x: float")
    .Input("gain: float")
    .Output("dx: float")
    .Output("dgain: float")
    .Output("dbias: float")
    .Attr("epsilon: float")
    .SetShapeFn([](InferenceContext* context) {
      context->set_output(0, context->input(1));
      context->set_output(1, context->input(2));
      context->set_output(2, context->input(2));
      return absl::OkStatus();
    });
REGISTER_OP("CoppiceCrossEntropy")
    .Input("logits: float")
    .Input("labels: int32")
    .Output("losses: float")
    .Output("normalizers: float")
    .SetShapeFn([](InferenceContext* context) {
      const auto rows = context->Dim(context->input(0), 0);
      context->set_output(0, context->Vector(rows));
      context->set_output(1, context->Matrix(rows, 2));
      return absl::OkStatus();
    });
REGISTER_OP("CoppiceCrossEntropyGradient")
    .Input("logits: float")
    .Input("labels: int32")
    .Input("normalizers: float")
    .Output("dlogits: float")
    .SetShapeFn(asFirst);

KERNEL("CoppiceLayerNormalization", LayerNormalization);
KERNEL("CoppiceLayerNormalizationGradient", LayerNormalizationGradient);
KERNEL("CoppiceCrossEntropy", CrossEntropy);
KERNEL("CoppiceCrossEntropyGradient", CrossEntropyGradient);

}  // namespace
}  // namespace coppice
