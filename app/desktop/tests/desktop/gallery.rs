//! Draws the pictures of the gallery:
//! `cargo test -p undertone-desktop --test desktop -- --ignored gallery`
//! writes `assets/screenshots`, and with `UNDERTONE_GALLERY=DIR` every screen in every form into DIR. There,
//! `UNDERTONE_GALLERY_ONLY` chooses screens by name, `UNDERTONE_GALLERY_SCALE` another text size in percent and
//! `UNDERTONE_GALLERY_LANGUAGE` another language; with `UNDERTONE_GALLERY_CONTRAST` high contrast is drawn too.

mod all;

use std::path::{Path, PathBuf};

use iced_test::Simulator;
use undertone_desktop::app::{App, Message};
use undertone_desktop::colors::Appearance;
use undertone_desktop::program;
use undertone_desktop::screen::dialog::Change;
use undertone_desktop::words::Language;

use self::all::screens;
use crate::samples::{self, apply, window};

/// Draws a window into a file.
fn draw(app: &App, size: (f32, f32), into: &Path) {
    let scale = app.scale_factor();
    let size = (size.0 / scale, size.1 / scale);
    let mut ui = Simulator::with_size(program::settings(), size, app.view());
    let picture = ui.snapshot(&app.theme()).expect("a picture");
    let _ = std::fs::remove_file(into);
    let name = into.file_stem().unwrap().to_string_lossy();
    let drawn = into.with_file_name(format!("{name}-tiny-skia.png"));
    let _ = std::fs::remove_file(&drawn);
    assert!(picture.matches_image(into).expect("a file"));
    std::fs::rename(drawn, into).expect("the same place");
}

fn appear(app: &mut App, appearance: Appearance) {
    app.look_mut().set_appearance(appearance);
}

#[test]
#[ignore = "draws pictures; see the head of this file"]
fn gallery() {
    if let Some(into) = std::env::var_os("UNDERTONE_GALLERY") {
        let wanted = std::env::var("UNDERTONE_GALLERY_ONLY").unwrap_or_default();
        for (name, mut app) in screens() {
            if !wanted.is_empty() && !wanted.split(',').any(|wanted| wanted == name) {
                continue;
            }
            let variable = |name: &str| std::env::var(format!("UNDERTONE_GALLERY_{name}")).ok();
            if let Some(scale) = variable("SCALE") {
                app.look_mut().scale = scale.parse().expect("percent");
            }
            if let Some(code) = variable("LANGUAGE") {
                let language = Language::of_code(&code).expect("a language");
                app.look_mut().set_language(language);
            }
            let contrast = variable("CONTRAST").map(|_| ("contrast", Appearance::Contrast));
            let looks = [("dark", Appearance::Dark), ("light", Appearance::Light)];
            for (look, appearance) in looks.into_iter().chain(contrast) {
                appear(&mut app, appearance);
                for size in [(900.0, 600.0), (1_440.0, 900.0)] {
                    let scale = app.scale_factor();
                    let logical = iced::Size::new(size.0 / scale, size.1 / scale);
                    let _ = app.update(Message::Resized(logical));
                    let file = format!("{name}-{look}-{}.png", size.0);
                    draw(&app, size, &PathBuf::from(&into).join(file));
                }
            }
        }
        return;
    }
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/screenshots");
    std::fs::create_dir_all(&place).expect("the folder of pictures");
    for (name, mut app) in screens() {
        let wide = (1_080.0, 720.0);
        let _ = app.update(Message::Resized(wide.into()));
        let picture = |name: &str| place.join(format!("{name}.png"));
        match name {
            "conversation" => {
                appear(&mut app, Appearance::Dark);
                draw(&app, wide, &picture("conversation-dark"));
                appear(&mut app, Appearance::Light);
                draw(&app, wide, &picture("conversation-light"));
                appear(&mut app, Appearance::Contrast);
                draw(&app, wide, &picture("conversation-contrast"));
                appear(&mut app, Appearance::Dark);
                let change = Change::Scale(200);
                app.look_mut().scale = 200;
                assert_eq!(change, Change::Scale(app.look().scale));
                let large = (1_440.0, 900.0);
                let _ = app.update(Message::Resized(iced::Size::new(720.0, 450.0)));
                draw(&app, large, &picture("conversation-200-percent"));
            }
            "arabic" | "inbox" | "invitation" | "people" | "privacy" | "search" | "short-code"
            | "start-connecting" | "welcome" => {
                appear(&mut app, Appearance::Dark);
                draw(&app, wide, &picture(name));
            }
            _ => {}
        }
    }
}

#[test]
fn every_screen_of_the_gallery_can_be_drawn_and_reached_by_keyboard() {
    for (name, mut app) in screens() {
        for language in Language::ALL {
            app.look_mut().set_language(language);
            let messages = {
                let mut ui = window(&app, samples::USUAL);
                ui.tap_key(iced::keyboard::key::Named::Tab);
                ui.into_messages().collect::<Vec<_>>()
            };
            assert!(
                messages
                    .iter()
                    .any(|message| matches!(message, Message::Focus(true))),
                "{name}"
            );
            apply(&mut app, messages);
        }
    }
}
