// Ref<T> shares an immutable object by counting its owners. Copying a World copies handles, not what they point to. The
// count is not atomic: a run lives on one thread, and several runs at once are several operating-system processes.
//
//   class RecordBatch : public RefCounted { ... };
//   Ref<const RecordBatch> batch = MakeRef<RecordBatch>(...);
#ifndef KTRIAL_SIM_REF_H_
#define KTRIAL_SIM_REF_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace ktrial::sim {

class RefCounted {
 public:
  RefCounted() = default;
  // The count belongs to the object, not to its value: a copy starts with no owners.
  RefCounted(const RefCounted&) {}
  RefCounted& operator=(const RefCounted&) { return *this; }
  virtual ~RefCounted() = default;

 private:
  template <typename T>
  friend class Ref;

  // Out of line: keeps the destructor's code, and GCC's guesses about it, out of every place where a Ref goes.
  static void Destroy(const RefCounted* object);

  mutable uint32_t owners_ = 0;
};

template <typename T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}
  explicit Ref(T* object) : object_(object) { Acquire(); }
  Ref(const Ref& other) : object_(other.object_) { Acquire(); }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <typename U>
  requires std::is_convertible_v<U*, T*> Ref(const Ref<U>& other) : object_(other.get()) { Acquire(); }
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { Release(); }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  // True for the only owner of an object: what it changes nobody else can see.
  bool unique() const { return object_ != nullptr && object_->owners_ == 1; }
  friend bool operator==(const Ref& a, const Ref& b) { return a.object_ == b.object_; }

 private:
  void Acquire() {
    if (object_ != nullptr) ++object_->owners_;
  }
  void Release() {
    if (object_ != nullptr && --object_->owners_ == 0) RefCounted::Destroy(object_);
  }

  T* object_ = nullptr;
};

template <typename T, typename... Args>
Ref<T> MakeRef(Args&&... args) {
  return Ref<T>(new T(std::forward<Args>(args)...));
}

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_REF_H_
