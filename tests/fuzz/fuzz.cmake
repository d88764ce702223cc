# Fuzz targets: every tests/fuzz/NAME.c becomes the program fuzz-NAME (clang, libFuzzer), which the runner starts over
# tests/fuzz/corpus/NAME. Included by scripts/build build-asan alone. A target names the rooms it is linked with in a line
# of its first comment, "rooms: html base"; without one it gets the whole program's.
cmake_language(DEFER CALL chorsu_fuzz)

function(chorsu_fuzz)
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*.c)
	foreach(source ${sources})
		get_filename_component(name ${source} NAME_WE)
		file(STRINGS ${source} line REGEX "rooms: " LIMIT_COUNT 1)
		string(REGEX REPLACE ".*rooms: *([a-z ]*).*" "\\1" rooms "${line}")
		if(NOT line)
			set(rooms site fediverse)
		endif()
		separate_arguments(rooms)
		add_executable(fuzz-${name} ${source})
		target_link_libraries(fuzz-${name} PRIVATE ${rooms})
		target_compile_options(fuzz-${name} PRIVATE -fsanitize=fuzzer -Wno-missing-prototypes)
		target_link_options(fuzz-${name} PRIVATE -fsanitize=fuzzer)
	endforeach()
endfunction()
