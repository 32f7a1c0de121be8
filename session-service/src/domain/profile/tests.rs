use proptest::prelude::*;

use super::*;

fn clean(text: &str) -> String {
    Nickname::parse(text).unwrap().as_str().to_owned()
}

#[test]
fn a_nickname_is_cleaned_of_the_invisible() {
    assert_eq!(clean(" 阿\u{202e}梅\n\u{7}🙂 "), "阿梅🙂");
    assert_eq!(clean("a\u{200b}d\u{ad}m\u{2060}i\u{feff}n"), "admin");
    assert_eq!(clean("\u{200d}Mei\u{200c}\u{3000}"), "Mei");
    assert_eq!(clean(""), "");
    assert!(Nickname::parse(&"梅".repeat(64)).is_ok());
    assert!(Nickname::parse(&"梅".repeat(65)).is_err());
}

#[test]
fn a_nickname_that_shows_nothing_is_none() {
    for blank in [
        "\u{200d}",
        "\u{3164}\u{3164}",
        "\u{2800} \u{fe0f}",
        "\u{e0061}\u{e0062}",
        "\u{a0}\u{3000}\u{200b}",
        "\u{61c}\u{2067}",
    ] {
        assert_eq!(clean(blank), "", "{blank:?}");
    }
}

#[test]
fn what_a_name_is_made_of_stays() {
    for name in [
        "👨\u{200d}👩\u{200d}👧",
        "❤\u{fe0f}",
        "می\u{200c}خواهم",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "Ana Mª O'Neil-中文",
        "é e\u{301}",
    ] {
        assert_eq!(clean(name), name);
    }
}

#[test]
fn an_avatar_is_a_web_address_or_nothing() {
    assert!(AvatarUrl::parse("https://cdn.example/a.png").is_ok());
    assert_eq!(AvatarUrl::parse(" ").unwrap().as_str(), "");
    let long = format!("https://x/{}", "a".repeat(600));
    for bad in [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "wxfile://tmp_1",
        "https://mei@cdn.example/a.png",
        "https://:secret@cdn.example/a.png",
        "x",
        &long,
    ] {
        assert!(AvatarUrl::parse(bad).is_err(), "{bad}");
    }
}

/// Texts in which every other character is one that people hide things with.
fn hostile() -> impl Strategy<Value = String> {
    let odd = [
        '\0',
        '\n',
        '\t',
        '\u{1b}',
        '\u{85}',
        '\u{ad}',
        '\u{61c}',
        '\u{115f}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{2069}',
        '\u{206a}',
        '\u{2800}',
        '\u{3000}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{fff9}',
        '\u{ffff}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e0100}',
        ' ',
    ];
    let character = prop_oneof![prop::sample::select(odd.to_vec()), any::<char>()];
    prop::collection::vec(character, 0..40).prop_map(|text| text.into_iter().collect())
}

/// By the letter of Unicode's table, not by ours: `Bidi_Control`.
const BIDI_CONTROL: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// What shows something, as far as the characters of [`hostile`] go.
fn shows(c: char) -> bool {
    !c.is_whitespace()
        && !c.is_control()
        && !"\u{115f}\u{200c}\u{200d}\u{2800}\u{3164}\u{fe0f}\u{e0041}\u{e0100}".contains(c)
}

proptest! {
    #[test]
    fn a_nickname_is_one_visible_line(text in hostile()) {
        let name = clean(&text);
        prop_assert!(!name.chars().any(char::is_control), "{name:?}");
        prop_assert!(!name.contains(BIDI_CONTROL), "{name:?}");
        prop_assert!(!name.contains(['\u{200b}', '\u{2060}', '\u{feff}', '\u{2028}']), "{name:?}");
        prop_assert!(name.is_empty() || name.chars().any(shows), "{name:?}");
        prop_assert_eq!(name.trim(), &name);
        prop_assert_eq!(clean(&name), name.clone());
        let mut rest = text.chars();
        prop_assert!(name.chars().all(|c| rest.any(|other| other == c)), "nothing is made up");
    }

    #[test]
    fn a_nickname_is_bounded(text in "\\PC{0,200}") {
        if let Ok(name) = Nickname::parse(&text) {
            prop_assert!(name.as_str().chars().count() <= 64);
        }
    }

    #[test]
    fn an_avatar_is_plain_and_bounded(text in "(https?://)?([a-z@:/. ?#<>\"\u{202e}梅]|\\PC){0,60}") {
        if let Ok(avatar) = AvatarUrl::parse(&text) {
            let address = avatar.as_str();
            prop_assert!(address.len() <= 512);
            prop_assert!(address.bytes().all(|c| c.is_ascii_graphic()), "{address:?}");
            prop_assert!(address.is_empty() || address.starts_with("http"), "{address:?}");
            prop_assert_eq!(&AvatarUrl::parse(address).unwrap(), &avatar);
        }
    }
}
