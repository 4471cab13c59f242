# One static library a top folder, with the tests and benchmarks that stand beside its code.
#
#   ktrial_layer(sim LINKS Boost::boost ...)
#
# makes  ktrial::sim            from sim/**/*.cc, less tests, benchmarks and fuzz targets
#        ktrial_sim_test        from sim/**/*_test.cc, registered with CTest
#        ktrial_sim_benchmark   from sim/**/*_benchmark.cc
#
# A layer sees the headers of the layers it links and no others: its include folder is a tree of links that holds just
# those, so that an include against the arrows does not compile.

function(ktrial_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
endfunction()

function(ktrial_layer name)
  cmake_parse_arguments(LAYER "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cc)
  set(tests ${sources})
  set(benchmarks ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER benchmarks INCLUDE REGEX "_benchmark\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|benchmark|fuzz)\\.cc$")

  set(headers ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${headers})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${name} ${headers}/${name} SYMBOLIC)

  if(sources)
    add_library(ktrial_${name} STATIC ${sources})
    ktrial_compile_options(ktrial_${name})
    target_include_directories(ktrial_${name} PUBLIC ${headers})
    target_link_libraries(ktrial_${name} PUBLIC ${LAYER_LINKS})
  else()
    add_library(ktrial_${name} INTERFACE)
    target_include_directories(ktrial_${name} INTERFACE ${headers})
    target_link_libraries(ktrial_${name} INTERFACE ${LAYER_LINKS})
  endif()
  add_library(ktrial::${name} ALIAS ktrial_${name})

  if(tests)
    add_executable(ktrial_${name}_test ${tests})
    ktrial_compile_options(ktrial_${name}_test)
    target_link_libraries(ktrial_${name}_test PRIVATE ktrial::${name} rapidcheck rapidcheck_gtest GTest::gmock GTest::gtest_main)
    include(GoogleTest)
    gtest_discover_tests(ktrial_${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
  if(benchmarks)
    add_executable(ktrial_${name}_benchmark ${benchmarks})
    ktrial_compile_options(ktrial_${name}_benchmark)
    target_link_libraries(ktrial_${name}_benchmark PRIVATE ktrial::${name} benchmark::benchmark_main)
  endif()
endfunction()
