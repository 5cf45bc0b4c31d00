//! Labelled form fields with help and an error that is tied to the field.

use leptos::prelude::*;

/// What kind of text a field takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// An address on the web.
    Url,
    /// A calendar date.
    Date,
    /// A code of a few digits, typed from another device.
    Code,
    /// Several lines.
    Area,
}

impl FieldKind {
    const fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Area | Self::Email | Self::Url | Self::Code => "text",
            Self::Phone => "tel",
            Self::Date => "date",
        }
    }

    const fn input_mode(self) -> Option<&'static str> {
        match self {
            Self::Email => Some("email"),
            Self::Url => Some("url"),
            Self::Code => Some("numeric"),
            _ => None,
        }
    }
}

/// A labelled text field.
#[component]
pub fn TextField(
    /// Its id in the document.
    #[prop(into)]
    id: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// The text.
    value: RwSignal<String>,
    /// What kind of text.
    #[prop(optional)]
    kind: FieldKind,
    /// What to write, when the label does not say it all.
    #[prop(optional, into)]
    help: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it must not be empty.
    #[prop(optional)]
    required: bool,
    /// The most characters it takes.
    #[prop(optional, into)]
    max: Option<u32>,
    /// What the browser may fill in, as HTML spells it; nothing unless said.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Why it cannot be changed now.
    #[prop(optional, into)]
    blocked: Signal<Option<String>>,
) -> impl IntoView {
    let described = describing(&id, help.is_some(), error);
    let invalid = move || error.with(Option::is_some).then_some("true");
    let locked = move || blocked.with(Option::is_some);
    let input = if kind == FieldKind::Area {
        view! {
            <textarea
                class="field__input field__input--area"
                id=id.clone()
                rows="4"
                maxlength=max.map(|max| max.to_string())
                required=required
                readonly=locked
                aria-describedby=described
                aria-invalid=invalid
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                class="field__input"
                id=id.clone()
                type=kind.input_type()
                inputmode=kind.input_mode()
                autocomplete=autocomplete
                autocapitalize="off"
                spellcheck="false"
                maxlength=max.map(|max| max.to_string())
                required=required
                readonly=locked
                aria-describedby=described
                aria-invalid=invalid
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        }
        .into_any()
    };
    view! { <FieldFrame id label required help error>{input}</FieldFrame> }
}

/// A labelled choice; the values are the wire words.
#[component]
pub fn SelectField(
    /// Its id in the document.
    #[prop(into)]
    id: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// The chosen value.
    value: RwSignal<String>,
    /// Values with the words shown for them.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// What the choice means.
    #[prop(optional, into)]
    help: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether a choice must be made.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let described = describing(&id, help.is_some(), error);
    let choices = move || {
        options
            .get()
            .into_iter()
            .map(|(wire, word)| {
                let chosen = {
                    let wire = wire.clone();
                    move || value.with(|value| *value == wire)
                };
                view! { <option value=wire selected=chosen>{word}</option> }
            })
            .collect::<Vec<_>>()
    };
    let input = view! {
        <select
            class="field__input field__input--select"
            id=id.clone()
            required=required
            aria-describedby=described
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            prop:value=move || value.get()
            on:change=move |event| value.set(event_target_value(&event))
        >
            {choices}
        </select>
    };
    view! { <FieldFrame id label required help error>{input.into_any()}</FieldFrame> }
}

/// The ids of what describes a field: its error, then its help.
pub(super) fn describing(
    id: &str,
    has_help: bool,
    error: Signal<Option<String>>,
) -> impl Fn() -> Option<String> + Clone + Send + Sync + 'static {
    let (help, wrong) = (format!("{id}-help"), format!("{id}-error"));
    move || match (has_help, error.with(Option::is_some)) {
        (false, false) => None,
        (true, false) => Some(help.clone()),
        (false, true) => Some(wrong.clone()),
        (true, true) => Some(format!("{wrong} {help}")),
    }
}

/// Label, help and error around an input.
#[component]
pub(super) fn FieldFrame(
    /// The input's id.
    id: String,
    /// The label.
    label: String,
    /// Whether it must not be empty.
    required: bool,
    /// What to write.
    help: Option<String>,
    /// What is wrong with it.
    error: Signal<Option<String>>,
    /// The input.
    children: Children,
) -> impl IntoView {
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    view! {
        <div class="field" class:field--wrong=move || error.with(Option::is_some)>
            <label class="field__label" for=id>
                {label}
                {required.then(|| view! { <span class="field__required">" (required)"</span> })}
            </label>
            {children()}
            {help.map(|help| view! { <p class="field__help" id=help_id>{help}</p> })}
            {move || {
                let id = error_id.clone();
                error.get().map(|wrong| view! { <p class="field__error" id=id role="alert">{wrong}</p> })
            }}
        </div>
    }
}
