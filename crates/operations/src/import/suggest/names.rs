//! The words that CRMs and lead tools put above their columns.
//!
//! Written without case, spaces, punctuation and numbers, the most telling first. `suggest` compares
//! headers with them in the order of the table, so what is left out stands first.

use aicmo_shared::import::ImportColumn;

/// Columns and their names, separated by spaces.
pub const NAMES: &[(ImportColumn, &str)] = &[
    (
        ImportColumn::Ignore,
        "index id accountid recordid leadid contactid customerid userid no nr row number fax faxnumber \
         companyphone corporatephone companyphonenumber companylinkedin companylinkedinurl \
         linkedincompanyurl linkedincompany companyemail employees numberofemployees salutation prefix \
         suffix namesuffix nameprefix middlename additionalname nickname maidenname username utmterm \
         companynameforemails emailstatus emailsource emailconfidence emailsent emailopen emailbounced \
         mailingcity mailingcountry mailingstate mailingstreet mailingzip mailingaddress \
         mailingpostalcode",
    ),
    (
        ImportColumn::Email,
        "email emailaddress workemail businessemail primaryemail mail mailaddress emailid emails \
         emailvalue contactemail leademail personalemail secondaryemail otheremail alternateemail \
         additionalemail useremail emailaddresses correo correoelectronico correoelectrónico courriel \
         adresseemail epost emailadresse mailadresse epostadresse",
    ),
    (
        ImportColumn::Phone,
        "phone phonenumber telephone telephonenumber tel mobile mobilephone mobilenumber cell cellphone \
         workphone workdirectphone directphone directdial businessphone primaryphone homephone \
         otherphone phones phonevalue contactnumber contactphone whatsapp whatsappnumber telefon \
         telefonnummer mobil handy telefono teléfono téléphone movil móvil celular",
    ),
    (
        ImportColumn::LinkedinUrl,
        "linkedin linkedinurl linkedinprofile linkedinprofileurl personlinkedinurl personlinkedin \
         linkedinlink linkedincontactprofileurl publicprofileurl profileurl liprofileurl liurl \
         contactlinkedinurl contactliprofileurl",
    ),
    (
        ImportColumn::Name,
        "name fullname contactname leadname personname displayname contact customername clientname \
         prospectname prospect lead contactfullname nombrecompleto nomcomplet",
    ),
    (
        ImportColumn::FirstName,
        "firstname givenname forename first fname contactfirstname vorname prénom prenom nombre fornavn \
         förnamn",
    ),
    (
        ImportColumn::LastName,
        "lastname surname familyname last lname contactlastname nachname familienname nom nomdefamille \
         apellido apellidos etternavn efternamn",
    ),
    (
        ImportColumn::Company,
        "company companyname organization organisation organizationname organisationname account \
         accountname currentcompany employer business businessname associatedcompany firma unternehmen \
         firm empresa société societe entreprise",
    ),
    (
        ImportColumn::Title,
        "jobtitle title position role jobrole jobposition designation occupation currenttitle \
         organizationtitle contactjobtitle headline cargo poste funktion",
    ),
    (
        ImportColumn::Website,
        "website websiteurl companywebsite companyurl web homepage webpage url site domain \
         companydomain companydomainname websitevalue webseite sitioweb siteweb",
    ),
    (
        ImportColumn::Industry,
        "industry companyindustry sector vertical branche industria sektor",
    ),
    (
        ImportColumn::Location,
        "location contactlocation personlocation city town companylocation region country stadt ort \
         ciudad ville land pays país",
    ),
    (
        ImportColumn::Owner,
        "owner leadowner contactowner accountowner recordowner dealowner assignedto assignee salesrep \
         accountmanager ownername",
    ),
    (
        ImportColumn::Notes,
        "notes note comments comment remarks remark description memo sourcenotes summary message \
         bemerkung bemerkungen notizen notas remarques",
    ),
    (
        ImportColumn::Tag,
        "tag tags dealstage stage leadstage lifecyclestage pipelinestage salesstage leadstatus status \
         contactstatus label labels segment segments list lists category categories groups group \
         groupmembership rating leadrating",
    ),
    (
        ImportColumn::SourceChannel,
        "sourcechannel source leadsource originalsource contactsource channel acquisitionchannel \
         acquisitionsource marketingsource howdidyouhearaboutus quelle",
    ),
    (
        ImportColumn::OptOut,
        "optout emailoptout hasoptedoutofemail optedout unsubscribed unsubscribe \
         unsubscribedfromallemail unsubscribedat donotcontact donotemail donotmail dnc \
         contactunsubscribed emailsubscriptionstatus subscriptionstatus emailmarketingstatus suppressed \
         blacklisted blocklisted donotcall",
    ),
    (ImportColumn::UtmSource, "utmsource"),
    (ImportColumn::UtmMedium, "utmmedium"),
    (ImportColumn::UtmCampaign, "utmcampaign"),
    (ImportColumn::UtmContent, "utmcontent"),
];
