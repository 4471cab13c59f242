# One static library a top folder, with the tests, benchmarks and fuzzers that stand beside its code.
#
#   ktrial_layer(sim LINKS Boost::boost ...)
#
# makes  ktrial::sim            from sim/**/*.cc, less tests, benchmarks and fuzzers
#        ktrial_sim_test        from sim/**/*_test.cc, each of its tests known to CTest
#        ktrial_sim_benchmark   from sim/**/*_benchmark.cc
#        ktrial_NAME_fuzz       from each sim/**/NAME_fuzz.cc, and nothing but these, in the fuzz preset
#
# A layer sees the headers of the layers it links and no others: its include folder is a tree of links that holds just
# those, so that an include against the arrows does not compile.

include(GoogleTest)

function(ktrial_compile_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers -Werror
    # __FILE__ is a path from the root, the same in every build.
    -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
  foreach(layer IN LISTS KTRIAL_LAYERS)
    target_compile_options(${target} PRIVATE -fmacro-prefix-map=${CMAKE_BINARY_DIR}/include/${layer}/=)
  endforeach()
endfunction()

# Test code is compiled far more often than it is waited for, so it has optimisation flags of its own
# (KTRIAL_TEST_OPTIONS, from the preset) and one precompiled header for all, which the library of main() makes.
function(ktrial_test_main)
  add_library(ktrial_test_main STATIC ${CMAKE_SOURCE_DIR}/cmake/test_main.cc)
  ktrial_compile_options(ktrial_test_main)
  target_compile_options(ktrial_test_main PRIVATE ${KTRIAL_TEST_OPTIONS})
  target_link_libraries(ktrial_test_main PUBLIC rapidcheck rapidcheck_gtest GTest::gmock GTest::gtest)
  target_precompile_headers(ktrial_test_main PRIVATE <gmock/gmock.h> <gtest/gtest.h> <rapidcheck/gtest.h>)
endfunction()

function(ktrial_test target)
  cmake_parse_arguments(TEST "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${target} ${TEST_SOURCES})
  ktrial_compile_options(${target})
  target_compile_options(${target} PRIVATE ${KTRIAL_TEST_OPTIONS})
  target_link_libraries(${target} PRIVATE ${TEST_LINKS} ktrial_test_main)
  target_precompile_headers(${target} REUSE_FROM ktrial_test_main)
  # clang-tidy takes most of a minute for a file of properties, and finds RapidCheck's faults there.
  set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "")
  # Tests run from the root.
  gtest_discover_tests(${target} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300 ENVIRONMENT "KTRIAL_PROGRAM=${CMAKE_BINARY_DIR}/ktrial")
endfunction()

function(ktrial_layer name)
  cmake_parse_arguments(LAYER "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cc)
  set(tests ${sources})
  set(benchmarks ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER benchmarks INCLUDE REGEX "_benchmark\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|benchmark|fuzz)\\.cc$")

  set(headers ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${headers})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${name} ${headers}/${name} SYMBOLIC)

  if(sources)
    add_library(ktrial_${name} STATIC ${sources})
    ktrial_compile_options(ktrial_${name})
    target_include_directories(ktrial_${name} PUBLIC ${headers})
    target_link_libraries(ktrial_${name} PUBLIC ${LAYER_LINKS})
    # Most of a file's compile time goes into headers, so that eight at a time take about half the time of one by one.
    set_target_properties(ktrial_${name} PROPERTIES UNITY_BUILD ${KTRIAL_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  else()
    add_library(ktrial_${name} INTERFACE)
    target_include_directories(ktrial_${name} INTERFACE ${headers})
    target_link_libraries(ktrial_${name} INTERFACE ${LAYER_LINKS})
  endif()
  add_library(ktrial::${name} ALIAS ktrial_${name})

  if(KTRIAL_FUZZ)
    foreach(fuzzer IN LISTS fuzzers)
      get_filename_component(stem ${fuzzer} NAME_WE)
      add_executable(ktrial_${stem} ${fuzzer})
      ktrial_compile_options(ktrial_${stem})
      target_link_libraries(ktrial_${stem} PRIVATE ktrial::${name})
      target_link_options(ktrial_${stem} PRIVATE -fsanitize=fuzzer)
    endforeach()
    return()
  endif()
  if(tests)
    ktrial_test(ktrial_${name}_test SOURCES ${tests} LINKS ktrial::${name})
  endif()
  if(benchmarks)
    add_executable(ktrial_${name}_benchmark ${benchmarks})
    ktrial_compile_options(ktrial_${name}_benchmark)
    target_link_libraries(ktrial_${name}_benchmark PRIVATE ktrial::${name} benchmark::benchmark_main)
    # `ninja benchmarks` builds them all; `./ktrial benchmark` runs them.
    add_dependencies(benchmarks ktrial_${name}_benchmark)
  endif()
endfunction()
