// Axes in another order, for TensorFlow.
#include "tensorflow.h"

namespace coppice {
namespace {

// Axes in another order, of which the last stays: rows are copied.
class MoveRows : public OpKernel {
 public:
  explicit MoveRows(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("permutation", &permutation_));
  }
  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const int axes = x.dims() - 1;
    TensorShape shape;
    for (const int axis : permutation_) shape.AddDim(x.dim_size(axis));
    Tensor* y = output(context, 0, shape);
    if (y == nullptr) return;
    const int64_t size = columnsOf(x);
    std::vector<int64_t> strides(axes);
    int64_t stride = size;
    for (int axis = axes - 1; axis >= 0; --axis, stride *= x.dim_size(axis + 1)) {
      for (int place = 0; place < axes; ++place) {
        if (permutation_[place] == axis) strides[place] = stride;
      }
    }
    const float* source = data(x);
    float* target = data(y);
    share(context, rowsOf(x), size, [&](int64_t begin, int64_t end) {
      std::vector<int64_t> place(axes);  // of the row, counted up like an odometer
      int64_t from = 0;
      for (int64_t axis = axes - 1, rest = begin; axis >= 0; rest /= shape.dim_size(axis), --axis) {
        place[axis] = rest % shape.dim_size(axis);
        from += place[axis] * strides[axis];
      }
      for (int64_t row = begin; row < end; ++row) {
        std::memcpy(target + row * size, source + from, size * sizeof(float));
        for (int axis = axes - 1; axis >= 0; --axis) {
          from += strides[axis];
          if (++place[axis] < shape.dim_size(axis)) break;
          from -= place[axis] * strides[axis];
          place[axis] = 0;
        }
      }
    });
  }

 private:
  std::vector<int> permutation_;
};

REGISTER_OP("CoppiceMoveRows")
    .Input("x: float")
    .Output("y: float")
    .Attr("permutation: list(int)")
    .SetShapeFn([](InferenceContext* context) {
      std::vector<int> permutation;
      TF_RETURN_IF_ERROR(context->GetAttr("permutation", &permutation));
      std::vector<tensorflow::shape_inference::DimensionHandle> sizes;
      for (const int axis : permutation) sizes.push_back(context->Dim(context->input(0), axis));
      context->set_output(0, context->MakeShape(sizes));
      return absl::OkStatus();
    });

KERNEL("CoppiceMoveRows", MoveRows);

}  // namespace
}  // namespace coppice
