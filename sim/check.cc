#include "sim/check.h"

#include <cstdio>
#include <cstdlib>

namespace ktrial::sim {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace ktrial::sim
