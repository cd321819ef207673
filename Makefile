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

BASE    := -std=gnu11 -D_GNU_SOURCE -MMD -MP -I. $(PKG_CFLAGS)
ALL_CFLAGS  = $(BASE) $(WARN) $(if $(SAN),-fPIE,$(HARDEN)) $(OPT) $(SAN) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(SAN) $(LDFLAGS)
LIBS    := $(PKG_LIBS) -lpthread -lm

STAGES  := broker fetcher embedder deduper storer
FOLDERS := common $(STAGES) reader

# A folder's objects, all but its main.c, form an archive: what its tests link with.
objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(1)/main.c,$(wildcard $(1)/*.c)))
ARCHIVES := $(foreach f,$(FOLDERS),$(BUILD)/lib$(f).a)
PROGRAMS := $(foreach s,$(STAGES),$(BUILD)/weir-$(s)) $(BUILD)/weir
UNITS   := $(foreach f,$(FOLDERS),$(wildcard tests/$(f)/test_*.c))
UNIT_PROGRAMS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(UNITS))

.PHONY: all
all: $(PROGRAMS)

include tests/Makefile.inc

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

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

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
