// A 64-bit hash of everything that a run did, in order. Two runs with equal hashes were the same run.
#ifndef KTRIAL_SIM_TRACE_HASH_H_
#define KTRIAL_SIM_TRACE_HASH_H_

#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>

namespace ktrial::sim {

// Chains one 64x64->128-bit multiplication a word. Never feed it pointers, floating point or padding.
class TraceHash {
 public:
  void Add(uint64_t word) {
    const Word128 product = static_cast<Word128>(state_ ^ word ^ 0x9e3779b97f4a7c15u) * kMultiplier;
    state_ = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64) ^ (state_ << 1 | state_ >> 63);
  }
  uint64_t value() const { return state_; }

  friend bool operator==(const TraceHash&, const TraceHash&) = default;

 private:
  __extension__ using Word128 = unsigned __int128;

  static constexpr uint64_t kMultiplier = 0xd6e8feb86659fd93u;
  uint64_t state_ = 0x243f6a8885a308d3u;
};

// Folds a fact's fields: integers, enums, and types that have AddToHash(TraceHash&) or nanos(), unix_millis()
// (times) or value() (ids, offsets).
template <typename T>
void HashField(TraceHash& hash, const T& field) {
  if constexpr (std::is_enum_v<T>) {
    hash.Add(static_cast<uint64_t>(static_cast<std::underlying_type_t<T>>(field)));
  } else if constexpr (std::integral<T>) {
    hash.Add(static_cast<uint64_t>(field));
  } else if constexpr (requires { field.AddToHash(hash); }) {
    field.AddToHash(hash);
  } else if constexpr (requires { field.nanos(); }) {
    hash.Add(static_cast<uint64_t>(field.nanos()));
  } else if constexpr (requires { field.unix_millis(); }) {
    hash.Add(static_cast<uint64_t>(field.unix_millis()));
  } else {
    hash.Add(static_cast<uint64_t>(field.value()));
  }
}

template <typename... Fields>
void HashFact(TraceHash& hash, int16_t kind, const std::tuple<Fields...>& fields) {
  hash.Add(static_cast<uint64_t>(kind));
  std::apply([&](const auto&... field) { (HashField(hash, field), ...); }, fields);
}

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_TRACE_HASH_H_
