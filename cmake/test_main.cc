// main() of every test program. RapidCheck takes a fresh seed each run unless told; here a run is told, so that a
// failure comes again. RC_PARAMS in the environment has the last word: RC_PARAMS="seed=7 max_success=1000".
#include <cstdlib>

#include "gmock/gmock.h"

int main(int argc, char** argv) {
  setenv("RC_PARAMS", "seed=20240229", /*overwrite=*/0);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
