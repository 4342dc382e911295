// Files over HTTP: which one a client gets, and what it is told about it.
#include "services/web.h"

#include "check.h"
#include "fakes.h"

using namespace dsmr;

namespace {

constexpr const char PACKED[] = "\x1f\x8b.....\x12\x34\x56\x78\x09\x00\x00\x00";

struct World {
  void get(const char* path, bool gzip, const char* tag = "") {
    HttpRequest request;
    strcpy(request.target, path);
    request.path = request.target;
    request.gzip = gzip;
    strcpy(request.tag, tag);
    answer = HttpAnswer();
    answer.storage = nullptr;
    web.handle(request, answer);
  }
  const char* name() const {
    return answer.file == nullptr ? "" : static_cast<fakes::FakeFile*>(answer.file)->name;
  }

  fakes::FakeFiles files;
  Web web{files};
  HttpAnswer answer;
};

}  // namespace

TEST(the_packed_file_goes_before_the_plain_one) {
  World world;
  world.files.add("/app.js", "plain", 5);
  world.files.add("/app.js.gz", PACKED, sizeof(PACKED) - 1);
  world.get("/app.js", true);
  CHECK_TEXT(world.name(), "/app.js.gz");
  CHECK(world.answer.encoded);
  CHECK_EQ(static_cast<int>(world.answer.type), static_cast<int>(ContentType::script));
  world.get("/app.js", false);
  CHECK_TEXT(world.name(), "/app.js");
  CHECK(!world.answer.encoded);
}

TEST(where_there_is_only_one_a_client_gets_that) {
  World world;
  world.files.add("/a.css.gz", PACKED, sizeof(PACKED) - 1);
  world.files.add("/b.csv", "1;2", 3);
  world.get("/a.css", false);
  CHECK_TEXT(world.name(), "/a.css.gz");
  CHECK(world.answer.encoded);
  world.get("/b.csv", true);
  CHECK_TEXT(world.name(), "/b.csv");
  CHECK(!world.answer.encoded);
  CHECK(!world.answer.tagged);
  world.get("/a.css.gz", true);
  CHECK_TEXT(world.name(), "/a.css.gz");
  CHECK(!world.answer.encoded);
  CHECK_EQ(static_cast<int>(world.answer.type), static_cast<int>(ContentType::gzip));
}

TEST(a_client_that_has_the_content_is_not_sent_it_again) {
  World world;
  fakes::FakeFile& file = world.files.add("/a.css.gz", PACKED, sizeof(PACKED) - 1);
  world.get("/a.css", true);
  uint8_t tag[32] = {};
  Writer out(0, tag, sizeof(tag) - 1);
  write_tag(out, world.answer.tag);
  CHECK_TEXT(reinterpret_cast<const char*>(tag), "\"1234567809000000\"");
  world.answer.file->close();
  world.get("/a.css", true, "\"1234567809000000\"");
  CHECK_EQ(world.answer.status, 304);
  CHECK(world.answer.file == nullptr);
  CHECK_EQ(file.opened, 0);
  world.get("/a.css", true, "\"1234567809000001\"");
  CHECK_EQ(world.answer.status, 200);
  CHECK_EQ(file.opened, 1);
}

TEST(the_root_is_the_index) {
  World world;
  world.files.add("/index.html.gz", PACKED, sizeof(PACKED) - 1);
  world.get("/", true);
  CHECK_TEXT(world.name(), "/index.html.gz");
  CHECK_EQ(static_cast<int>(world.answer.type), static_cast<int>(ContentType::html));
  CHECK(world.answer.cached);
}

TEST(without_files_there_is_a_page_of_at_most_1500_bytes) {
  World world;
  const char* const paths[] = {"/", "/index.html"};
  for (const char* path : paths) {
    world.get(path, true);
    CHECK_EQ(world.answer.status, 200);
    CHECK(world.answer.document != nullptr);
    if (world.answer.document == nullptr) return;
    Writer out(0, nullptr, 0);
    world.answer.document(nullptr, out);
    CHECK(out.position() <= 1500);
    CHECK_EQ(static_cast<int>(world.answer.type), static_cast<int>(ContentType::html));
  }
}

TEST(what_is_not_there_is_404_in_json) {
  World world;
  const char* const paths[] = {"/x.css", "/index.htm", "/index.html.gz",
                               "/a-name-that-no-file-system-on-a-logger-of-one-megabyte-"
                               "would-ever-hold"};
  for (const char* path : paths) {
    world.get(path, true);
    CHECK_EQ(world.answer.status, 404);
    CHECK_EQ(static_cast<int>(world.answer.type), static_cast<int>(ContentType::json));
  }
}
