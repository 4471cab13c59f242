#include "sim/latency.h"

#include <algorithm>

#include "sim/check.h"

namespace ktrial::sim {
namespace {

__extension__ using Word128 = unsigned __int128;

}  // namespace

LatencyTable LatencyTable::Fixed(Duration latency) {
  KT_CHECK(latency >= Duration());
  LatencyTable table;
  table.fixed_ = latency;
  return table;
}

LatencyTable LatencyTable::FromP50P99(Duration p50, Duration p99) {
  KT_CHECK(Duration() <= p50);
  KT_CHECK(p50 <= p99);
  // 100 steps, so that both given points are entries of the table.
  std::vector<Duration> quantiles;
  quantiles.reserve(101);
  const Duration bottom = p50 / 2;
  for (int64_t percent = 0; percent < 50; ++percent) {
    quantiles.push_back(bottom + (p50 - bottom) * percent / 50);
  }
  for (int64_t percent = 50; percent < 100; ++percent) {
    quantiles.push_back(p50 + (p99 - p50) * (percent - 50) / 49);
  }
  quantiles.push_back(p99 + (p99 - p50) / 2);
  return FromQuantiles(quantiles);
}

LatencyTable LatencyTable::FromQuantiles(const std::vector<Duration>& quantiles) {
  KT_CHECK(quantiles.size() >= 2);
  KT_CHECK(quantiles.front() >= Duration());
  KT_CHECK(std::is_sorted(quantiles.begin(), quantiles.end()));
  auto shared = MakeRef<Quantiles>();
  shared->nanos.reserve(quantiles.size());
  for (const Duration quantile : quantiles) {
    shared->nanos.push_back(quantile.nanos());
  }
  LatencyTable table;
  table.quantiles_ = shared;
  return table;
}

Duration LatencyTable::Draw(RandomStream& stream) const { return quantiles_ ? At(stream.Next()) : fixed_; }

Duration LatencyTable::min() const { return quantiles_ ? Duration(quantiles_->nanos.front()) : fixed_; }

Duration LatencyTable::p50() const { return quantiles_ ? At(uint64_t{1} << 63) : fixed_; }

Duration LatencyTable::max() const { return quantiles_ ? Duration(quantiles_->nanos.back()) : fixed_; }

// `fraction` is the quantile in units of 2^-64: times the number of steps, its high word is the step and its low word
// the place within the step.
Duration LatencyTable::At(uint64_t fraction) const {
  const std::vector<int64_t>& nanos = quantiles_->nanos;
  const Word128 position = static_cast<Word128>(fraction) * (nanos.size() - 1);
  const auto step = static_cast<size_t>(position >> 64);
  const auto within = static_cast<uint64_t>(position);
  const auto height = static_cast<uint64_t>(nanos[step + 1] - nanos[step]);
  return Duration(nanos[step] + static_cast<int64_t>((static_cast<Word128>(height) * within) >> 64));
}

}  // namespace ktrial::sim
