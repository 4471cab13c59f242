#include "sim/ref.h"

namespace ktrial::sim {

void RefCounted::Destroy(const RefCounted* object) { delete object; }

}  // namespace ktrial::sim
