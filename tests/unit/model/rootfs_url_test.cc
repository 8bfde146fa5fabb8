#include "lib/model/rootfs_url.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

// The expectations are what Go 1.26's url.Parse does with the same texts; tests/oracle compares
// more of them at random.

namespace rostrum {
namespace {

struct UrlCase {
  std::string text;
  std::string scheme;
  std::string opaque;

  friend std::ostream& operator<<(std::ostream& out, const UrlCase& url) { return out << url.text; }
};

class RootfsUrlTest : public testing::TestWithParam<UrlCase> {};

TEST_P(RootfsUrlTest, HasSchemeAndOpaquePart) {
  const std::optional<RootfsUrl> url = ParseRootfsUrl(GetParam().text);
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->scheme, GetParam().scheme);
  EXPECT_EQ(url->opaque, GetParam().opaque);
}

INSTANTIATE_TEST_SUITE_P(
    Opaque, RootfsUrlTest,
    testing::Values(UrlCase{"preloaded:cflinuxfs4", "preloaded", "cflinuxfs4"},
                    UrlCase{"preloaded+layer:a?layer=b&digest=c", "preloaded+layer", "a"},
                    UrlCase{"PreLoaded:Stack", "preloaded", "Stack"},
                    UrlCase{"docker:image#tag", "docker", "image"},
                    UrlCase{"docker:", "docker", ""},      //
                    UrlCase{"docker:#tag", "docker", ""},  //
                    UrlCase{"a1+-.:x", "a1+-.", "x"},      // All that a scheme may hold.
                    UrlCase{"a:b:c", "a", "b:c"},          //
                    UrlCase{"a:b%zz", "a", "b%zz"},        // Escapes stay unread in here,
                    UrlCase{"a:b c\"<>", "a", "b c\"<>"},  // and so does all else.
                    UrlCase{"a:b?", "a", "b"},             //
                    UrlCase{"a:b?c?d/%zz", "a", "b"}));    // A query is never unescaped.

INSTANTIATE_TEST_SUITE_P(Hierarchical, RootfsUrlTest,
                         testing::Values(UrlCase{"docker:///org/image#tag", "docker", ""},
                                         UrlCase{"docker://registry.example.com:5000/org/image",
                                                 "docker", ""},
                                         UrlCase{"docker://user:secret@host/image", "docker", ""},
                                         UrlCase{"docker://[::1]:5000/image", "docker", ""},
                                         UrlCase{"docker://[fe80::1%25en0]/image", "docker", ""},
                                         UrlCase{"docker://host:/image", "docker", ""},
                                         UrlCase{"docker://a%C3%A4/image", "docker", ""},
                                         UrlCase{"docker://a:1,b:2/image", "docker", ""},
                                         UrlCase{"docker:/image%20name", "docker", ""},
                                         UrlCase{"http://host/image", "http", ""}));

INSTANTIATE_TEST_SUITE_P(WithoutScheme, RootfsUrlTest,
                         testing::Values(UrlCase{"", "", ""}, UrlCase{"/var/image", "", ""},
                                         UrlCase{"image", "", ""}, UrlCase{"org/image:tag", "", ""},
                                         UrlCase{"//host/image", "", ""},
                                         UrlCase{"///path", "", ""}, UrlCase{"*", "", ""},
                                         UrlCase{"?a:b", "", ""}, UrlCase{"#a:b", "", ""}));

class BadRootfsUrlTest : public testing::TestWithParam<std::string> {};

TEST_P(BadRootfsUrlTest, DoesNotParse) {
  EXPECT_FALSE(ParseRootfsUrl(GetParam()).has_value()) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadRootfsUrlTest,
    testing::Values(":image",                          // No name before the colon.
                    "1a:image",                        // A colon in the first part of a path.
                    "a_b:image",                       //
                    "-a:image",                        //
                    std::string("docker:\x01image"),   // Control characters,
                    std::string("docker:im\x7f-age"),  // wherever they stand,
                    std::string("docker:a?b\nc"),      // but for the fragment.
                    "docker:image#%zz",                // Bad escapes in a fragment,
                    "docker:image#50%",                //
                    "docker:///im%2",                  // in a path,
                    "docker://%41/image",         // in a host: only what needs one may have it.
                    "docker://ho st/image",       //
                    "docker://host:port/image",   //
                    "http://a:1,b:2/image",       // A list of hosts, where there is but one.
                    "docker://[::1/image",        //
                    "docker://a[::1]/image",      //
                    "docker://[::1]x/image",      //
                    "docker://[image]/image",     //
                    "docker://[::1%25]/image",    // A zone without a name.
                    "docker://us er@host/image",  //
                    "docker://us%zzer@host/image"));

TEST(RootfsUrlFragmentTest, MayHoldControlCharacters) {
  EXPECT_TRUE(ParseRootfsUrl("docker:image#a\nb").has_value());
}

}  // namespace
}  // namespace rostrum
