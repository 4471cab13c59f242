# Uses ccache where the machine has one. Without the sloppiness it would refuse whatever uses a precompiled header.
find_program(KTRIAL_CCACHE ccache)
if(KTRIAL_CCACHE AND (NOT CMAKE_CXX_COMPILER_LAUNCHER OR CMAKE_CXX_COMPILER_LAUNCHER STREQUAL "ccache"))
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${KTRIAL_CCACHE})
endif()
