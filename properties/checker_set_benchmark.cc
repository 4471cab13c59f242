// What all checkers together cost, per fact of a stream as a small busy cluster emits it: a batch of five records is
// sent, replicated to three brokers, committed, acknowledged and delivered.
#include <memory>
#include <vector>

#include "benchmark/benchmark.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

constexpr int kRecords = 5;

class Stream {
 public:
  explicit Stream(int32_t partitions) : next_(static_cast<size_t>(partitions)) {
    for (int32_t p = 0; p < partitions; ++p) history_.Elect(1, 0, {1, 2, 3}, {cluster::TopicId(0), p});
  }

  // Returns the number of facts.
  int64_t Round() {
    const TopicPartition tp{cluster::TopicId(0), static_cast<int32_t>(turn_++ % next_.size())};
    int64_t& next = next_[static_cast<size_t>(tp.partition)];
    std::vector<int64_t> values;
    for (int i = 0; i < kRecords; ++i) values.push_back(history_.Send(0, tp));
    const auto batch = history_.Produce(1, values, 900, tp);
    for (int32_t follower : {2, 3}) history_.Copy(follower, batch, tp);
    history_.Commit(1, next + kRecords, {2, 3}, tp);
    for (int32_t follower : {2, 3}) history_.MoveHighWatermark(follower, next + kRecords, false, tp);
    for (int i = 0; i < kRecords; ++i) {
      history_.Tell(cluster::RecordAcked{cluster::ClientId(0), tp, values[static_cast<size_t>(i)], Offset(next + i),
                                         cluster::kAcksAll});
      history_.Deliver(3, next + i, values[static_cast<size_t>(i)], tp);
    }
    next += kRecords;
    return 3 * kRecords + 8;
  }

 private:
  History history_;
  size_t turn_ = 0;
  std::vector<int64_t> next_;
};

void BM_AllCheckers(benchmark::State& state) {
  auto stream = std::make_unique<Stream>(static_cast<int32_t>(state.range(0)));
  int64_t facts = 0;
  for (auto _ : state) facts += stream->Round();
  state.SetItemsProcessed(facts);
  state.counters["per_fact"] =
      benchmark::Counter(static_cast<double>(facts), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_AllCheckers)->Arg(1)->Arg(50)->Arg(1000);

}  // namespace
}  // namespace ktrial::properties
