# Weir: one non-recursive Makefile.  `make help` lists the targets.
# BUILD names the build folder, so that each sanitizer and each compiler has its own.

BUILD   ?= build
CC      ?= gcc
PREFIX  ?= /usr/local
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wwrite-strings -Wvla -Werror
HARDEN  := -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=3 -fstack-clash-protection
OPT     ?= -O2 -g
PKGS    := libczmq libzmq msgpack sqlite3 libcurl libxml-2.0 jansson libzstd libxxhash uchardet
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g')
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)

# hnswlib is a C++ header and optional: HNSW= builds without it (deduper/README.md).
ifeq ($(origin CXX),default)
CXX     := $(if $(findstring clang,$(CC)),clang++,g++)
endif
ifeq ($(origin HNSW),undefined)
HNSW    := $(shell printf '\043if __has_include(<hnswlib/hnswlib.h>)\nyes\n\043endif\n' | \
               $(CXX) -x c++ -E -P - 2>/dev/null)
endif
# libseccomp: SECCOMP= builds without; the fetcher and the embedder then say so when they start.
ifeq ($(origin SECCOMP),undefined)
SECCOMP := $(shell pkg-config --exists libseccomp 2>/dev/null && echo yes)
endif
CXXWARN := -Wall -Wextra -Wshadow -Wconversion -Werror
# Programs are linked as C, and two checks want the sanitizer's C++ part; hnswlib passes NULL to memcpy ()
# where there is nothing to copy.
CXXSAN  := -fno-sanitize=vptr,nonnull-attribute $(if $(findstring clang,$(CXX)),-fno-sanitize=function)

COMMON  := -D_GNU_SOURCE -MMD -MP -I. $(if $(HNSW),-DWEIR_HAVE_HNSW) $(if $(SECCOMP),-DWEIR_HAVE_SECCOMP)
BASE    := -std=gnu11 $(COMMON) $(PKG_CFLAGS)
ALL_CFLAGS  = $(BASE) $(WARN) $(if $(SAN),-fPIE,$(HARDEN)) $(OPT) $(SAN) $(CFLAGS)
ALL_CXXFLAGS = -std=c++17 $(COMMON) $(CXXWARN) $(if $(SAN),-fPIE,$(HARDEN)) $(OPT) $(SAN) $(if $(SAN),$(CXXSAN)) $(CXXFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(SAN) $(LDFLAGS)
LIBS    := $(PKG_LIBS) $(if $(SECCOMP),-lseccomp) -lpthread -lm $(if $(HNSW),-lstdc++)

STAGES  := broker fetcher embedder deduper storer
FOLDERS := common $(STAGES) reader

# A folder's objects, all but its main.c, form an archive: what its tests link with.
objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(1)/main.c,$(wildcard $(1)/*.c))) \
          $(if $(HNSW),$(patsubst %.cc,$(BUILD)/%.o,$(wildcard $(1)/*.cc)))
ARCHIVES := $(foreach f,$(FOLDERS),$(BUILD)/lib$(f).a)
PROGRAMS := $(foreach s,$(STAGES),$(BUILD)/weir-$(s)) $(BUILD)/weir
UNITS   := $(foreach f,$(FOLDERS),$(wildcard tests/$(f)/test_*.c))
UNIT_PROGRAMS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(UNITS))

# Manual pages, and completion for shells: made from the programs' own tables.
PAGES   := $(BUILD)/man/weir.1 $(BUILD)/man/weir.conf.5 $(foreach s,$(STAGES),$(BUILD)/man/weir-$(s).8)
COMPLETIONS := $(foreach s,bash zsh fish,$(BUILD)/completion/weir.$(s))

.PHONY: all
all: $(PROGRAMS) $(PAGES) $(COMPLETIONS)

.PHONY: help
help:
	@echo "make              build everything into $(BUILD)/"
	@echo "make SECCOMP= HNSW=  the same without libseccomp, without hnswlib"
	@echo "make demo         install what is missing, build, run the pipeline on sample feeds, show the stories"
	@echo "make check        install what is missing, build, run all tests"
	@echo "make unit         build and run the unit tests alone"
	@echo "make fault-programs  the programs with fault points, which tests/scenarios/faults and poison run"
	@echo "make model        the Promela model of the ring, all of it (minutes)"
	@echo "make asan tsan    unit tests with the address and undefined, or (those with threads) the thread sanitizer"
	@echo "make valgrind     unit tests under valgrind"
	@echo "make soak         the long forms of the scenarios, and scenarios with sanitizers: hours"
	@echo "make fuzz         each fuzz target for FUZZ_SECONDS (default 60)"
	@echo "make bench        the benchmarks"
	@echo "make lint format  check the arrows between folders and the format; set the format"
	@echo "make man          the manual pages into $(BUILD)/man/ (part of make)"
	@echo "make deps tags install clean"

include tests/Makefile.inc

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(ALL_CXXFLAGS) -c -o $@ $<

$(BUILD)/common/version.o: ALL_CFLAGS += -DWEIR_VERSION='"$(VERSION)"'
# Linked in by .incbin, which -MMD does not see.
$(BUILD)/embedder/model_df.o: embedder/df-v1.zst

define archive_rule
$(BUILD)/lib$(1).a: $(call objects,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call archive_rule,$(f))))

$(BUILD)/weir-%: $(BUILD)/%/main.o $(BUILD)/lib%.a $(BUILD)/libcommon.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/weir: $(BUILD)/reader/main.o $(BUILD)/libreader.a $(BUILD)/libcommon.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/scripts/man: $(BUILD)/scripts/man.o $(BUILD)/libreader.a $(BUILD)/libcommon.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# A page that could not be made whole is none.
$(BUILD)/man/weir.1: reader/weir.1.in $(BUILD)/scripts/man
$(BUILD)/man/weir.conf.5: common/weir.conf.5.in $(BUILD)/scripts/man
define page_rule
$(BUILD)/man/weir-$(1).8: $(1)/weir-$(1).8.in $(BUILD)/scripts/man $(BUILD)/weir-$(1)
endef
$(foreach s,$(STAGES),$(eval $(call page_rule,$(s))))
$(PAGES):
	@mkdir -p $(@D)
	$(BUILD)/scripts/man $< $(patsubst %.8,$(BUILD)/%,$(filter %.8,$(@F))) > $@.part
	@mv $@.part $@

$(COMPLETIONS): $(BUILD)/weir
	@mkdir -p $(@D)
	$(BUILD)/weir --no-pager completion $(subst .,,$(suffix $@)) > $@.part
	@mv $@.part $@

.PHONY: man
man: $(PAGES)

# The same programs with their fault points (common/fault.h), for tests: made quickly, not to be quick.
.PHONY: fault-programs
fault-programs:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/faults OPT="-O0 -g" HARDEN=-fPIE HNSW= \
	    CFLAGS="$(CFLAGS) -DWEIR_FAULTS" all

.SECONDARY:
# --- for people ------------------------------------------------------------------------------------

.PHONY: deps
deps:
	@scripts/deps

# Both begin with what is missing, so the rest of the work is a second make: pkg-config has to be
# asked again once the packages are there.
.PHONY: demo check
demo:
	@scripts/deps
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) scripts/demo

check:
	@scripts/deps --check
	@$(MAKE) --no-print-directory all unit-programs fault-programs
	@BUILD=$(BUILD) tests/check

.PHONY: install
install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/man/man,1 5 8)
	install -m 644 $(filter %.1,$(PAGES)) $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(filter %.5,$(PAGES)) $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 $(filter %.8,$(PAGES)) $(DESTDIR)$(PREFIX)/share/man/man8
	install -D -m 644 $(BUILD)/completion/weir.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/weir
	install -D -m 644 $(BUILD)/completion/weir.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_weir
	install -D -m 644 $(BUILD)/completion/weir.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/weir.fish

SOURCES := $(wildcard $(addsuffix /*.[ch],$(FOLDERS)) deduper/*.cc tests/*/*.[ch] tests/bench/*.cc scripts/*.c)

.PHONY: format lint tags clean
format:
	clang-format -i $(SOURCES)

lint:
	clang-format --dry-run -Werror $(SOURCES)
	scripts/check-deps

tags:
	ctags $(SOURCES)

clean:
	rm -rf $(BUILD) build-asan build-tsan build-clang build-fuzz

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
