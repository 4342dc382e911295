#include "web.h"

#include <string.h>

#include "../net/text.h"

namespace dsmr {

namespace {

constexpr size_t MAX_NAME = 64;  // SPIFFS and LittleFS here hold names of 31

ContentType type_of(const char* name) {
  if (ends(name, FT(".html"))) return ContentType::html;
  if (ends(name, FT(".js"))) return ContentType::script;
  if (ends(name, FT(".css"))) return ContentType::css;
  if (ends(name, FT(".json"))) return ContentType::json;
  if (ends(name, FT(".svg"))) return ContentType::svg;
  if (ends(name, FT(".png"))) return ContentType::png;
  if (ends(name, FT(".ico"))) return ContentType::icon;
  if (ends(name, FT(".csv"))) return ContentType::csv;
  if (ends(name, FT(".txt"))) return ContentType::text;
  if (ends(name, FT(".gz"))) return ContentType::gzip;
  return ContentType::bytes;
}

// Reads the API every ten seconds and lists what it says.
void write_built_in_page(const void*, Writer& out) {
  out.text(FT(
      "<!DOCTYPE html><html lang=en><meta charset=utf-8>"
      "<meta name=viewport content=\"width=device-width\"><title>Smart meter</title>"
      "<style>body{font:16px sans-serif;max-width:32em;margin:1em auto;padding:0 1em}"
      "td{padding:.2em 1em .2em 0}td+td{text-align:right}</style>"
      "<h1>Smart meter</h1><p id=s>Reading the meter&hellip;</p><table id=t></table>"
      "<p>The file system holds no page; this one is part of the firmware."
      "<script>"
      "const el=id=>document.getElementById(id);"
      "async function show(){try{"
      "const r=await fetch('/api/v1/sm/actual',{cache:'no-store'});"
      "const a=(await r.json()).actual;"
      "el('t').replaceChildren(...a.map(f=>{const row=document.createElement('tr');"
      "for(const x of[f.name.replaceAll('_',' '),f.value+' '+(f.unit||'')])"
      "row.insertCell().textContent=x;return row}));"
      "el('s').textContent=a.length?'':'No telegram yet.'"
      "}catch(e){el('s').textContent='No answer: '+e.message}"
      "setTimeout(show,10000)}show()"
      "</script></html>\n"));
}

// A gzip file ends in its content's CRC-32 and size: as good a tag as there is, for one short
// read. Other files have none and are sent again after their minute.
void tag_gzip(HttpAnswer& answer) {
  const size_t size = answer.file->size();
  if (size < HttpAnswer::TAG_BYTES) return;
  answer.tagged = answer.file->read(size - HttpAnswer::TAG_BYTES, answer.tag,
                                    HttpAnswer::TAG_BYTES) == HttpAnswer::TAG_BYTES;
}

// Where the client has this very content already, the file is not sent.
void drop_unchanged(const HttpRequest& request, HttpAnswer& answer) {
  if (!answer.tagged) return;
  char tag[HttpRequest::MAX_TAG + 1] = {};
  Writer out(0, reinterpret_cast<uint8_t*>(tag), HttpRequest::MAX_TAG);
  write_tag(out, answer.tag);
  if (strcmp(tag, request.tag) != 0) return;
  answer.file->close();
  answer.file = nullptr;
  answer.status = 304;
}

}  // namespace

void Web::handle(const HttpRequest& request, HttpAnswer& answer) {
  char name[MAX_NAME + 4];
  Writer out(0, reinterpret_cast<uint8_t*>(name), sizeof(name));
  if (same(request.path, FT("/"))) {
    out.text(FT("/index.html"));
  } else {
    out.text(request.path);
  }
  const size_t length = out.position();
  if (length > MAX_NAME) return answer.error(404, FT("there is no such file"));
  name[length] = '\0';
  answer.type = type_of(name);

  if (!request.gzip) answer.file = files_.open(name);
  if (answer.file == nullptr) {
    out.text(FT(".gz"));
    name[length + 3] = '\0';
    answer.file = files_.open(name);
    answer.encoded = answer.file != nullptr;
    name[length] = '\0';
  }
  if (answer.file == nullptr && request.gzip) answer.file = files_.open(name);
  if (answer.file != nullptr) {
    answer.cached = true;
    if (answer.encoded) tag_gzip(answer);
    drop_unchanged(request, answer);
  } else if (same(name, FT("/index.html"))) {
    answer.constant(write_built_in_page, ContentType::html);
  } else {
    answer.error(404, FT("there is no such file"));
  }
}

}  // namespace dsmr
