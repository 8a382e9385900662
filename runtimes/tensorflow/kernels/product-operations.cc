// Products of large matrices for TensorFlow.
#include "product.h"
#include "tensorflow.h"

namespace coppice {
namespace {

// a·b, and a bias for each column where there is one. Either operand may be given transposed.
class Product : public OpKernel {
 public:
  explicit Product(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("transpose_a", &transposeA_));
    OP_REQUIRES_OK(context, context->GetAttr("transpose_b", &transposeB_));
  }
  void Compute(OpKernelContext* context) override {
    const Tensor& left = context->input(0);
    const Tensor& right = context->input(1);
    const Matrix a = matrixOf(left, transposeA_);
    const Matrix b = matrixOf(right, transposeB_);
    const ProductShape shape = {left.dim_size(transposeA_ ? 1 : 0), right.dim_size(transposeB_ ? 0 : 1),
                                left.dim_size(transposeA_ ? 0 : 1)};
    const float* bias = context->num_inputs() > 2 ? data(context->input(2)) : nullptr;
    Tensor* c = output(context, 0, TensorShape({shape.rows, shape.columns}));
    if (c == nullptr) return;
    Tensor panels;
    OP_REQUIRES_OK(context,
                   context->allocate_temp(tensorflow::DT_FLOAT, TensorShape({packedSize(shape.columns, shape.depth)}),
                                          &panels));
    float* packed = data(&panels);
    float* result = data(c);
    const int64_t panelCount = panelsOf(shape.columns);
    share(context, panelCount, shape.columns * shape.depth / panelCount, [&](int64_t begin, int64_t end) {
      packPanels(b, shape, begin, end, packed);
    });
    const Grid grid = gridOf(shape, panelCount);
    share(context, grid.blocks * grid.groups, kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t index = begin; index < end; ++index) {
        const int64_t row = index / grid.groups * grid.rows;
        const int64_t panel = index % grid.groups * grid.panels;
        productPart(a, packed, bias, shape,
                    {row, std::min(row + grid.rows, shape.rows), panel, std::min(panel + grid.panels, panelCount)},
                    result);
      }
    });
  }

 private:
  // Blocks of rows, each by groups of panels.
  struct Grid {
    int64_t blocks;
    int64_t rows;
    int64_t groups;
    int64_t panels;
  };

  static Matrix matrixOf(const Tensor& x, bool isTransposed) {
    const int64_t columns = x.dim_size(1);
    return isTransposed ? Matrix{data(x), 1, columns} : Matrix{data(x), columns, 1};
  }

  static int64_t quotientUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

  // So many parts that threads end at about the same time.
  static Grid gridOf(const ProductShape& shape, int64_t panelCount) {
    constexpr int64_t kParts = 24;
    const int64_t blocks = quotientUp(shape.rows, kRowBlock);
    const int64_t groups = std::min(panelCount, quotientUp(kParts, blocks));
    const int64_t rows = quotientUp(quotientUp(shape.rows, blocks), kRowStep) * kRowStep;
    return {blocks, rows, groups, quotientUp(panelCount, groups)};
  }

  bool transposeA_;
  bool transposeB_;
};

REGISTER_OP("CoppiceProduct")
    .Input("a: float")
    .Input("b: float")
    .Input("bias: N * float")
    .Output("c: float")
    .Attr("N: int >= 0")
    .Attr("transpose_a: bool")
    .Attr("transpose_b: bool")
    .SetShapeFn([](InferenceContext* context) {
      bool transposeA, transposeB;
      TF_RETURN_IF_ERROR(context->GetAttr("transpose_a", &transposeA));
      TF_RETURN_IF_ERROR(context->GetAttr("transpose_b", &transposeB));
      context->set_output(0, context->Matrix(context->Dim(context->input(0), transposeA ? 1 : 0),
                                             context->Dim(context->input(1), transposeB ? 0 : 1)));
      return absl::OkStatus();
    });

KERNEL("CoppiceProduct", Product);

}  // namespace
}  // namespace coppice
