"""Why the emulator rejects what it is to import, for both ways in: as a whole, and as a stream."""

NO_EXPORT = "this is no export of rooms: it must be an object with the format 'rooms-emulator-1' and accounts"
NO_FORMAT = "this is no export of rooms: its format is not 'rooms-emulator-1'"
CONVERSION = "room 1 of account 'rooms': The JSON value could not be converted to {}. Path: {}."
WRONG_MRI = "room 1 of account 'rooms': 'wrong_mri' is not the raw id of a Communication Services user"
ROLE = (
    "room 1 of account 'rooms': Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, "
    "Collaborator."
)
