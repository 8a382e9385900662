// What the operations for TensorFlow share: outputs, and how rows are given to its threads. Sums over rows are made in
// blocks of fixed size and then in their order, so that a result does not depend on the number of threads.
#pragma once
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

#define KERNEL(name, type) REGISTER_KERNEL_BUILDER(Name(name).Device(tensorflow::DEVICE_CPU), type)

namespace coppice {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::shape_inference::InferenceContext;

constexpr int64_t kBlock = 32;     // rows whose sums are made in one go
constexpr int64_t kGrain = 16384;  // numbers below which another thread does not pay

// Calls work(begin, end) for parts of [0, count), each element being `size` numbers.
template <typename Work>
void share(OpKernelContext* context, int64_t count, int64_t size, Work work) {
  auto* pool = context->device()->tensorflow_cpu_worker_threads()->workers;
  const int64_t threads = pool->NumThreads();
  const int64_t least = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, size));
  const int64_t part = std::max(least, (count + 2 * threads - 1) / (2 * threads));
  if (threads == 1 || part >= count) return work(0, count);
  pool->ParallelFor(
      count,
      tsl::thread::ThreadPool::SchedulingParams(tsl::thread::ThreadPool::SchedulingStrategy::kFixedBlockSize, {}, part),
      work);
}

inline float* data(Tensor* tensor) { return tensor->flat<float>().data(); }
inline const float* data(const Tensor& tensor) { return tensor.flat<float>().data(); }
inline int64_t rowsOf(const Tensor& x) {
  return x.dims() == 0 ? 1 : x.NumElements() / std::max<int64_t>(1, x.dim_size(x.dims() - 1));
}
inline int64_t columnsOf(const Tensor& x) { return x.dims() == 0 ? 1 : x.dim_size(x.dims() - 1); }

inline Tensor* outputLike(OpKernelContext* context, std::initializer_list<int> candidates, int output,
                          const TensorShape& shape) {
  Tensor* result = nullptr;
  const absl::Status status =
      context->forward_input_or_allocate_output(std::vector<int>(candidates), output, shape, &result);
  if (!status.ok()) context->CtxFailure(status);
  return result;
}

inline Tensor* output(OpKernelContext* context, int index, const TensorShape& shape) {
  return outputLike(context, {}, index, shape);
}

// Sums of rows: work(begin, end, sums) adds rows to as many sums as `width`. [width]
template <typename Work>
void sumOverRows(OpKernelContext* context, int64_t rows, int64_t width, float* sums, Work work) {
  const int64_t blocks = (rows + kBlock - 1) / kBlock;
  Tensor partial;
  OP_REQUIRES_OK(context, context->allocate_temp(tensorflow::DT_FLOAT, TensorShape({blocks, width}), &partial));
  float* parts = data(&partial);
  share(context, blocks, kBlock * width, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      std::memset(parts + block * width, 0, width * sizeof(float));
      work(block * kBlock, std::min(rows, (block + 1) * kBlock), parts + block * width);
    }
  });
  std::memset(sums, 0, width * sizeof(float));
  addRows(parts, blocks, width, sums);
}

// The shape of the first output is that of the first input.
inline absl::Status asFirst(InferenceContext* context) {
  context->set_output(0, context->input(0));
  return absl::OkStatus();
}

}  // namespace coppice
